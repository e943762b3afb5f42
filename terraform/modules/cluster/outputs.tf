output "credentials_command" {
  description = "What gives kubectl access, over the DNS endpoint"
  value       = "gcloud container clusters get-credentials ${google_container_cluster.main.name} --project ${var.project_id} --location ${google_container_cluster.main.location} --dns-endpoint"
}

output "workload_pool" {
  description = "Pool in which ServiceAccounts of this cluster are principals"
  value       = google_container_cluster.main.workload_identity_config[0].workload_pool
}

output "node_service_account" {
  description = "The nodes as an IAM member, for registries of other projects"
  value       = google_service_account.nodes.member
}
