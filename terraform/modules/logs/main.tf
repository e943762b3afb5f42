# Buckets for Loki, and the account as which its pods read and write them: no key, and nothing else that they may do.

resource "google_storage_bucket" "main" {
  # checkov:skip=CKV_GCP_62:what is in it are logs; whose reading of logs is logged is what Cloud Audit Logs say
  # checkov:skip=CKV_GCP_78:Loki writes each object once, and deletes it when its time is over
  for_each = var.buckets
  name     = each.value
  location = var.location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  deletion_policy             = var.deletion_protection ? "PREVENT" : "DELETE"

  # Its compactor deletes a month's lines every month: kept beyond that they would only cost.
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

resource "google_service_account" "main" {
  # Google takes no name of less than six letters.
  account_id   = "loki-storage"
  display_name = "Loki, for its buckets"
}

resource "google_service_account_iam_member" "pods" {
  service_account_id = google_service_account.main.name
  role               = "roles/iam.workloadIdentityUser"
  # Namespace and ServiceAccount of the chart (argocd/applications/platform/loki.yaml).
  member = "serviceAccount:${var.project_id}.svc.id.goog[logging/loki]"
}

resource "google_storage_bucket_iam_member" "main" {
  for_each = var.buckets
  bucket   = google_storage_bucket.main[each.key].name
  role     = "roles/storage.objectUser"
  member   = google_service_account.main.member
}
