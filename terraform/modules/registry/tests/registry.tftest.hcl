mock_provider "google" {}

variables {
  project_id = "dogs-test"
  location   = "europe-west3"
}

run "a_tag_never_moves" {
  command = plan

  assert {
    condition     = google_artifact_registry_repository.main.docker_config[0].immutable_tags
    error_message = "Tags must be immutable."
  }
}

run "the_cleanup_only_tells_until_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = google_artifact_registry_repository.main.cleanup_policy_dry_run
    error_message = "The cleanup must be a dry run by default."
  }
}

run "what_has_a_tag_is_kept" {
  command = plan

  assert {
    condition = [
      for policy in google_artifact_registry_repository.main.cleanup_policies : policy.action if policy.id == "keep-tagged" && one(policy.condition[*].tag_state) == "TAGGED"
    ] == ["KEEP"]
    error_message = "A tagged version must stay, however old."
  }
  assert {
    condition = [
      for policy in google_artifact_registry_repository.main.cleanup_policies : one(policy.condition[*].tag_state) if policy.action == "DELETE"
    ] == ["UNTAGGED"]
    error_message = "Nothing but versions without tags may be deleted."
  }
  assert {
    condition = [
      for policy in google_artifact_registry_repository.main.cleanup_policies : one(policy.condition[*].older_than) if policy.action == "DELETE"
    ] == ["7776000s"]
    error_message = "90 days are 7,776,000 seconds."
  }
}

run "readers_read_and_writers_write" {
  command = apply
  variables {
    readers = { nodes = "serviceAccount:nodes@dogs-test.iam.gserviceaccount.com" }
    writers = { release = "serviceAccount:release@dogs-test.iam.gserviceaccount.com" }
  }

  assert {
    condition     = google_artifact_registry_repository_iam_member.reader["nodes"].role == "roles/artifactregistry.reader"
    error_message = "Nodes only pull."
  }
  assert {
    condition     = google_artifact_registry_repository_iam_member.writer["release"].role == "roles/artifactregistry.writer"
    error_message = "The release pushes, and deletes nothing."
  }
  assert {
    condition     = output.repository == "europe-west3-docker.pkg.dev/dogs-test/images"
    error_message = "The output must be the prefix of an image's name."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = google_artifact_registry_repository.main.deletion_policy == "PREVENT"
    error_message = "The repository must be protected: every environment runs from it."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_name_with_a_slash" {
  command = plan
  variables {
    name = "dogs/images"
  }
  expect_failures = [var.name]
}

run "refuses_a_zone" {
  command = plan
  variables {
    location = "europe-west3-a"
  }
  expect_failures = [var.location]
}

run "refuses_anonymous_readers" {
  command = plan
  variables {
    readers = { everybody = "allUsers" }
  }
  expect_failures = [var.readers]
}

run "refuses_a_group_of_writers" {
  command = plan
  variables {
    writers = { developers = "group:developers@dogs.example" }
  }
  expect_failures = [var.writers]
}

run "refuses_to_keep_too_little" {
  command = plan
  variables {
    keep_versions = 1
  }
  expect_failures = [var.keep_versions]
}

run "refuses_to_delete_what_is_being_pushed" {
  command = plan
  variables {
    untagged_days = 1
  }
  expect_failures = [var.untagged_days]
}
