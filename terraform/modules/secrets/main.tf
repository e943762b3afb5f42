# Secrets that the clusters read through External Secrets, and who may read each: one ServiceAccount of one namespace.

resource "google_secret_manager_secret" "main" {
  for_each  = var.secrets
  secret_id = each.key

  replication {
    auto {}
  }
  # A version that somebody destroys is only disabled for 30 days.
  version_destroy_ttl = "2592000s"
  deletion_protection = var.deletion_protection
}

# The principal is the ServiceAccount itself, by Workload Identity: k8s/components/external-secrets and
# k8s/platform/argo-cd/access make it.
resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = var.secrets
  secret_id = google_secret_manager_secret.main[each.key].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "principal://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/${var.project_id}.svc.id.goog/subject/ns/${each.value.namespace}/sa/${var.reader}"
}

# A word that nobody has to know. It lives for this run and in Secret Manager: an ephemeral value and a write-only
# argument reach neither plan nor state.
ephemeral "random_password" "generated" {
  for_each = local.generated
  # 40 letters and digits are 238 bits, and need quoting nowhere.
  length  = 40
  special = false
}

resource "google_secret_manager_secret_version" "generated" {
  for_each       = local.generated
  secret         = google_secret_manager_secret.main[each.key].id
  secret_data_wo = ephemeral.random_password.generated[each.key].result
  # Written when this number moves, and at no other time.
  secret_data_wo_version = each.value.generation
  # The word before stays, disabled, for whoever has to go back.
  deletion_policy = "DISABLE"

  lifecycle {
    # There is a newest version at any time.
    create_before_destroy = true
  }
}

locals {
  generated = { for name, secret in var.secrets : name => secret if secret.generation != null }
}
