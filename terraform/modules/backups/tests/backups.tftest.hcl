mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "mysql-backup@dogs-test.iam.gserviceaccount.com"
      member = "serviceAccount:mysql-backup@dogs-test.iam.gserviceaccount.com"
    }
  }
}

variables {
  name     = "dogs-backups"
  location = "EU"
}

run "nobody_makes_it_public" {
  command = plan

  assert {
    condition     = google_storage_bucket.main.public_access_prevention == "enforced" && google_storage_bucket.main.uniform_bucket_level_access
    error_message = "The bucket must not be made public, as a whole or object by object."
  }
}

run "young_backups_cannot_be_deleted" {
  command = plan
  variables {
    retention = { days = 13, locked = true }
  }

  assert {
    condition     = google_storage_bucket.main.retention_policy[0].retention_period == "1123200" && google_storage_bucket.main.retention_policy[0].is_locked
    error_message = "13 days are 1,123,200 seconds, and locked is for ever."
  }
  assert {
    condition     = !google_storage_bucket.main.versioning[0].enabled
    error_message = "What cannot be overwritten has no versions."
  }
}

run "what_was_overwritten_can_be_had_back" {
  command = plan

  assert {
    condition     = google_storage_bucket.main.versioning[0].enabled && length(google_storage_bucket.main.retention_policy) == 0
    error_message = "Without retention there must be versions."
  }
  assert {
    condition     = length([for rule in google_storage_bucket.main.lifecycle_rule : rule if try(one(rule.condition).days_since_noncurrent_time, null) == 30]) == 1
    error_message = "Old versions must go one day."
  }
}

run "what_was_deleted_can_be_had_back" {
  command = plan

  assert {
    condition     = google_storage_bucket.main.soft_delete_policy[0].retention_duration_seconds == 2592000
    error_message = "30 days are 2,592,000 seconds."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = google_storage_bucket.main.deletion_policy == "PREVENT" && !google_storage_bucket.main.force_destroy
    error_message = "The bucket must be protected."
  }
}

run "writers_write_objects_and_change_no_bucket" {
  command = apply
  variables {
    writers      = { backup = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/dogs-test.svc.id.goog/subject/ns/dogs/sa/dog-gif-app-backup" }
    hmac_account = "mysql-backup"
  }

  assert {
    condition     = google_storage_bucket_iam_member.writer["backup"].role == "roles/storage.objectUser" && google_storage_bucket_iam_member.hmac[0].role == "roles/storage.objectUser"
    error_message = "roles/storage.objectUser is what k8s/components/backup-gcs asks for."
  }
  assert {
    condition     = google_storage_bucket_iam_member.hmac[0].member == google_service_account.hmac[0].member
    error_message = "The account of the HMAC key must be a writer."
  }
  assert {
    condition     = output.hmac_account == "mysql-backup@dogs-test.iam.gserviceaccount.com"
    error_message = "A person needs its address to make the key."
  }
}

run "refuses_a_name_with_dots" {
  command = plan
  variables {
    name = "backups.dogs.example"
  }
  expect_failures = [var.name]
}

run "refuses_a_place_in_small_letters" {
  command = plan
  variables {
    location = "europe-west3"
  }
  expect_failures = [var.location]
}

run "refuses_to_lock_years" {
  command = plan
  variables {
    retention = { days = 3650, locked = true }
  }
  expect_failures = [var.retention]
}

run "refuses_a_day_of_grace" {
  command = plan
  variables {
    soft_delete_days = 1
  }
  expect_failures = [var.soft_delete_days]
}

run "refuses_everybody" {
  command = plan
  variables {
    writers = { everybody = "allUsers" }
  }
  expect_failures = [var.writers]
}

run "refuses_an_account_that_cannot_be" {
  command = plan
  variables {
    hmac_account = "hmac"
  }
  expect_failures = [var.hmac_account]
}
