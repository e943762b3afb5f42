mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/dogs-test/serviceAccounts/loki-storage@dogs-test.iam.gserviceaccount.com"
      email  = "loki-storage@dogs-test.iam.gserviceaccount.com"
      member = "serviceAccount:loki-storage@dogs-test.iam.gserviceaccount.com"
    }
  }
}

variables {
  project_id = "dogs-test"
  buckets    = { chunks = "dogs-test-loki-chunks", ruler = "dogs-test-loki-ruler", admin = "dogs-test-loki-admin" }
  location   = "EUROPE-WEST3"
}

run "there_is_a_bucket_for_each_of_lokis" {
  command = plan

  assert {
    condition     = output.buckets == { admin = "dogs-test-loki-admin", chunks = "dogs-test-loki-chunks", ruler = "dogs-test-loki-ruler" }
    error_message = "The names are those of k8s/platform/logging."
  }
}

run "nobody_makes_them_public" {
  command = plan

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.main : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "Log lines must not be made public."
  }
}

run "lokis_pods_write_objects_and_nothing_else" {
  command = apply

  assert {
    condition     = google_service_account_iam_member.pods.member == "serviceAccount:dogs-test.svc.id.goog[logging/loki]"
    error_message = "Namespace and ServiceAccount are those of argocd/applications/platform/loki.yaml."
  }
  assert {
    condition     = toset([for grant in google_storage_bucket_iam_member.main : grant.role]) == toset(["roles/storage.objectUser"]) && length(google_storage_bucket_iam_member.main) == 3
    error_message = "Objects of the three buckets, and no bucket itself."
  }
  assert {
    condition     = output.account == "loki-storage@dogs-test.iam.gserviceaccount.com"
    error_message = "k8s/platform/logging names loki-storage@PROJECT."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.main : bucket.deletion_policy == "PREVENT"])
    error_message = "The buckets must be protected."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_name_with_dots" {
  command = plan
  variables {
    buckets = { chunks = "chunks.dogs.example", ruler = "dogs-test-loki-ruler", admin = "dogs-test-loki-admin" }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_bucket_for_all" {
  command = plan
  variables {
    buckets = { chunks = "dogs-test-loki", ruler = "dogs-test-loki", admin = "dogs-test-loki" }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_place_in_small_letters" {
  command = plan
  variables {
    location = "europe-west3"
  }
  expect_failures = [var.location]
}
