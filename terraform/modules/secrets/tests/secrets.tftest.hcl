# The generator is not mocked: it talks to nobody, and an ephemeral value cannot be mocked.
mock_provider "google" {
  mock_resource "google_secret_manager_secret" {
    defaults = { id = "projects/dogs-test/secrets/dogs-mysql" }
  }
}

variables {
  project_id     = "dogs-test"
  project_number = "123456789012"
  secrets = {
    dogs-mysql    = { namespace = "dogs", generation = 1 }
    argocd-github = { namespace = "argocd" }
  }
}

run "one_serviceaccount_of_one_namespace_reads_each" {
  command = plan

  assert {
    condition     = google_secret_manager_secret_iam_member.reader["dogs-mysql"].member == "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/dogs-test.svc.id.goog/subject/ns/dogs/sa/secret-reader"
    error_message = "The reader of the namespace dogs must read dogs-mysql."
  }
  assert {
    condition     = endswith(google_secret_manager_secret_iam_member.reader["argocd-github"].member, "/subject/ns/argocd/sa/secret-reader")
    error_message = "The reader of the namespace argocd must read argocd-github."
  }
  assert {
    condition     = alltrue([for grant in google_secret_manager_secret_iam_member.reader : grant.role == "roles/secretmanager.secretAccessor"])
    error_message = "Readers read, and do nothing else."
  }
}

run "a_generated_word_is_in_no_state" {
  command = apply

  assert {
    condition     = google_secret_manager_secret_version.generated["dogs-mysql"].secret_data_wo == null && google_secret_manager_secret_version.generated["dogs-mysql"].secret_data == null
    error_message = "The word must be write-only."
  }
  assert {
    condition     = google_secret_manager_secret_version.generated["dogs-mysql"].secret_data_wo_version == "1"
    error_message = "The generation decides when it is written."
  }
  assert {
    condition     = google_secret_manager_secret_version.generated["dogs-mysql"].deletion_policy == "DISABLE"
    error_message = "The word before must stay, disabled."
  }
}

run "what_a_person_fills_has_no_value_of_ours" {
  command = plan

  assert {
    condition     = keys(google_secret_manager_secret_version.generated) == ["dogs-mysql"] && output.by_hand == tolist(["argocd-github"])
    error_message = "Only secrets with a generation are generated; the others are told."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = alltrue([for secret in google_secret_manager_secret.main : secret.deletion_protection])
    error_message = "Secrets must be protected."
  }
  assert {
    condition     = alltrue([for secret in google_secret_manager_secret.main : secret.version_destroy_ttl == "2592000s"])
    error_message = "A destroyed version must be there for 30 days more."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_project_id_for_its_number" {
  command = plan
  variables {
    project_number = "dogs-test"
  }
  expect_failures = [var.project_number]
}

run "refuses_a_name_with_a_slash" {
  command = plan
  variables {
    secrets = { "dogs/mysql" = { namespace = "dogs" } }
  }
  expect_failures = [var.secrets]
}

run "refuses_a_namespace_that_is_none" {
  command = plan
  variables {
    secrets = { dogs-mysql = { namespace = "Dogs" } }
  }
  expect_failures = [var.secrets]
}

run "refuses_half_a_generation" {
  command = plan
  variables {
    secrets = { dogs-mysql = { namespace = "dogs", generation = 1.5 } }
  }
  expect_failures = [var.secrets]
}

run "refuses_a_reader_that_is_no_serviceaccount" {
  command = plan
  variables {
    reader = "dogs/reader"
  }
  expect_failures = [var.reader]
}
