# What the emulator of AWS cannot be asked: tests/terraform applies the rest.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/1b5d4b3e-0000-4000-8000-000000000000" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

run "names_are_those_of_the_backends" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "dog-gif-app-terraform-state" && aws_dynamodb_table.locks.name == "dog-gif-app-terraform-locks"
    error_message = "backend.tf of every folder names bucket and table."
  }
}

run "each_environment_has_a_role_and_no_more" {
  command = plan
  variables {
    environments = ["laboratory"]
  }

  assert {
    condition     = [for role in aws_iam_role.apply : role.name] == ["terraform-apply-laboratory"]
    error_message = "A role for each environment."
  }
  assert {
    condition     = one([for condition in data.aws_iam_policy_document.trust["terraform-apply-laboratory"].statement[0].condition : condition.values if endswith(condition.variable, ":sub")]) == tolist(["repo:dog-gif-app/dog-gif-app:environment:laboratory"])
    error_message = "Only jobs that GitHub let into the environment."
  }
}

run "refuses_a_name_that_is_too_long_for_a_bucket" {
  command = plan
  variables {
    name = "a-name-with-which-the-bucket-would-have-too-many-letters"
  }
  expect_failures = [var.name]
}

run "refuses_a_region_of_another_cloud" {
  command = plan
  variables {
    region = "europe-west3"
  }
  expect_failures = [var.region]
}

run "refuses_a_repository_without_owner" {
  command = plan
  variables {
    github_repository = "app"
  }
  expect_failures = [var.github_repository]
}

run "refuses_no_environment" {
  command = plan
  variables {
    environments = []
  }
  expect_failures = [var.environments]
}

run "refuses_an_environment_that_would_take_its_own_state" {
  command = plan
  variables {
    environments = ["bootstrap"]
  }
  expect_failures = [var.environments]
}

run "refuses_to_forget_within_the_month" {
  command = plan
  variables {
    version_days = 7
  }
  expect_failures = [var.version_days]
}
