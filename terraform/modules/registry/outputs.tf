output "repository" {
  description = "Where images go: the prefix of `image.repository` in k8s/overlays, and of k8s/platform/policies/registries.yaml"
  value       = "${google_artifact_registry_repository.main.location}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.main.repository_id}"
}
