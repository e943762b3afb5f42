mock_provider "google" {
  mock_resource "google_iam_workload_identity_pool" {
    defaults = { name = "projects/123456789012/locations/global/workloadIdentityPools/github" }
  }
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/dogs-test/serviceAccounts/terraform-apply@dogs-test.iam.gserviceaccount.com"
      email  = "terraform-apply@dogs-test.iam.gserviceaccount.com"
      member = "serviceAccount:terraform-apply@dogs-test.iam.gserviceaccount.com"
    }
  }
}

variables {
  project_id        = "dogs-test"
  github_repository = "dogs/app"
  purposes = {
    terraform-apply = {
      description = "Applies"
      jobs        = [{ branch = "main", environment = "production" }]
      roles       = ["roles/dns.admin"]
      may_grant   = ["roles/container.defaultNodeServiceAccount"]
    }
  }
}

run "only_our_repositorys_tokens_of_the_right_branch_and_environment" {
  command = plan

  assert {
    condition     = google_iam_workload_identity_pool_provider.github.attribute_condition == "assertion.repository == 'dogs/app' && ((assertion.sub == 'repo:dogs/app:environment:production' && assertion.ref == 'refs/heads/main'))"
    error_message = "The condition must name repository, environment and branch."
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github.oidc[0].issuer_uri == "https://token.actions.githubusercontent.com"
    error_message = "GitHub's tokens, and nobody else's."
  }
}

run "the_repositorys_number_counts_where_it_is_known" {
  command = plan
  variables {
    github_repository_id = "4711"
  }

  assert {
    condition     = startswith(google_iam_workload_identity_pool_provider.github.attribute_condition, "assertion.repository == 'dogs/app' && assertion.repository_id == '4711' && (")
    error_message = "The condition must name the number beside the name."
  }
}

run "each_kind_of_job_has_its_subject" {
  command = apply
  variables {
    purposes = {
      terraform-plan = {
        description = "Plans"
        jobs        = [{ pull_request = true }, { branch = "main" }]
        roles       = ["roles/viewer"]
      }
    }
  }

  assert {
    condition = toset([for grant in google_service_account_iam_member.job : grant.member]) == toset([
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/subject/repo:dogs/app:pull_request",
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/subject/repo:dogs/app:ref:refs/heads/main",
    ])
    error_message = "Pull requests and the branch, each by its whole subject."
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github.attribute_condition == "assertion.repository == 'dogs/app' && (assertion.sub == 'repo:dogs/app:pull_request' || assertion.sub == 'repo:dogs/app:ref:refs/heads/main')"
    error_message = "The door is open for the same subjects."
  }
}

run "accounts_are_become_and_have_no_keys" {
  command = apply

  assert {
    condition     = one(values(google_service_account_iam_member.job)).role == "roles/iam.workloadIdentityUser"
    error_message = "A job becomes its account; nothing else is granted on it."
  }
  assert {
    condition     = output.accounts["terraform-apply"] == "terraform-apply@dogs-test.iam.gserviceaccount.com"
    error_message = "The workflow finds the account in the outputs."
  }
}

run "who_may_grant_may_grant_named_roles_only" {
  command = plan

  assert {
    condition     = google_project_iam_member.grants["terraform-apply"].condition[0].expression == "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/container.defaultNodeServiceAccount'])"
    error_message = "Without the condition the account could make itself owner."
  }
  assert {
    condition     = [for grant in google_project_iam_member.purpose : grant.role] == ["roles/dns.admin"]
    error_message = "The account has the roles that were named."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_repository_without_owner" {
  command = plan
  variables {
    github_repository = "app"
  }
  expect_failures = [var.github_repository]
}

run "refuses_a_name_for_a_number" {
  command = plan
  variables {
    github_repository_id = "dogs/app"
  }
  expect_failures = [var.github_repository_id]
}

run "refuses_a_purpose_that_no_account_can_be_called" {
  command = plan
  variables {
    purposes = {
      CI = { description = "Everything", jobs = [{ branch = "main" }] }
    }
  }
  expect_failures = [var.purposes]
}

run "refuses_an_environment_on_any_branch" {
  command = plan
  variables {
    purposes = {
      terraform-apply = { description = "Applies", jobs = [{ environment = "production" }] }
    }
  }
  expect_failures = [var.purposes]
}

run "refuses_an_owner" {
  command = plan
  variables {
    purposes = {
      terraform-apply = { description = "Applies", jobs = [{ branch = "main" }], roles = ["roles/owner"] }
    }
  }
  expect_failures = [var.purposes]
}

run "refuses_a_pull_request_that_writes" {
  command = plan
  variables {
    purposes = {
      terraform-plan = { description = "Plans", jobs = [{ pull_request = true }], roles = ["roles/storage.admin"] }
    }
  }
  expect_failures = [var.purposes]
}
