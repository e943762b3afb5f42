output "name_servers" {
  description = "Name servers by domain: the registrar, or the zone above, has to name them"
  value       = { for zone in google_dns_managed_zone.main : trimsuffix(zone.dns_name, ".") => zone.name_servers }
}

output "cert_manager_account" {
  description = "Account that k8s/platform/cert-manager/values.yaml, or the cluster's patch in argocd/clusters, names"
  value       = google_service_account.cert_manager.email
}
