# A Docker repository of Artifact Registry. Tags never move: what was reviewed under a name stays under it.

resource "google_artifact_registry_repository" "main" {
  # checkov:skip=CKV_GCP_84:images are public in ghcr.io; Google's own key does

  repository_id = var.name
  location      = var.location
  description   = "Images of Dog Gif App"
  format        = "DOCKER"

  docker_config {
    immutable_tags = true
  }

  # KEEP beats DELETE. What has a tag stays, whatever its age: production may run it, and a revert may ask for it.
  cleanup_policy_dry_run = var.cleanup_dry_run
  cleanup_policies {
    id     = "keep-tagged"
    action = "KEEP"
    condition {
      tag_state = "TAGGED"
    }
  }
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = var.keep_versions
    }
  }
  cleanup_policies {
    id     = "delete-old-untagged"
    action = "DELETE"
    condition {
      tag_state  = "UNTAGGED"
      older_than = "${var.untagged_days * 86400}s"
    }
  }

  vulnerability_scanning_config {
    # On, where the project has the scanning API on.
    enablement_config = "INHERITED"
  }
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"
}

resource "google_artifact_registry_repository_iam_member" "reader" {
  for_each   = var.readers
  location   = google_artifact_registry_repository.main.location
  repository = google_artifact_registry_repository.main.name
  role       = "roles/artifactregistry.reader"
  member     = each.value
}

resource "google_artifact_registry_repository_iam_member" "writer" {
  for_each   = var.writers
  location   = google_artifact_registry_repository.main.location
  repository = google_artifact_registry_repository.main.name
  # It may add versions and tags, and delete nothing.
  role   = "roles/artifactregistry.writer"
  member = each.value
}
