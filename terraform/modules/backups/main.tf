# A bucket for backups: nobody makes it public, and what is in it cannot be deleted before its time, not even by whoever
# wrote it.

resource "google_storage_bucket" "main" {
  # checkov:skip=CKV_GCP_62:Cloud Audit Logs say who read a backup; a second bucket would need a third for its own log

  name     = var.name
  location = var.location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  deletion_policy             = var.deletion_protection ? "PREVENT" : "DELETE"

  # Younger objects can be neither deleted nor overwritten. Locked, the period can only grow, for ever.
  dynamic "retention_policy" {
    for_each = var.retention == null ? [] : [var.retention]
    content {
      retention_period = retention_policy.value.days * local.day
      is_locked        = retention_policy.value.locked
    }
  }
  # What was deleted in order can be had back for as long again.
  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * local.day
  }
  # What was overwritten can be had back as well; under a retention policy nothing is.
  versioning {
    enabled = var.retention == null
  }
  dynamic "lifecycle_rule" {
    for_each = var.retention == null ? [1] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = var.soft_delete_days
        with_state                 = "ARCHIVED"
      }
    }
  }
  # Pieces of uploads that never ended.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }
}

# Backups are written, read and, in their time, deleted by these; none of them may change the bucket.
resource "google_storage_bucket_iam_member" "writer" {
  for_each = var.writers
  bucket   = google_storage_bucket.main.name
  role     = "roles/storage.objectUser"
  member   = each.value
}

# For clients that know S3 and no Workload Identity, such as Percona's XtraBackup: an account for an HMAC key, which a
# person makes (README.md). Made by Terraform the key would stand in the state.
resource "google_service_account" "hmac" {
  count        = var.hmac_account == null ? 0 : 1
  account_id   = var.hmac_account
  display_name = "Writes to ${var.name} with an HMAC key"
}

resource "google_storage_bucket_iam_member" "hmac" {
  count  = var.hmac_account == null ? 0 : 1
  bucket = google_storage_bucket.main.name
  role   = "roles/storage.objectUser"
  member = google_service_account.hmac[0].member
}

locals {
  day = 24 * 60 * 60
}
