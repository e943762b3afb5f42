output "credentials_command" {
  description = "What gives kubectl access to the cluster"
  value       = module.cluster.credentials_command
}

output "name_servers" {
  description = "Name servers of the domain, which the registrar has to name"
  value       = module.dns.name_servers
}

output "gateway_address" {
  description = "Address of the gateway, for whoever keeps the DNS elsewhere"
  value       = module.network.gateway_address
}

output "registry" {
  description = "Where images may go; k8s/ names ghcr.io until somebody changes that (../../README.md)"
  value       = module.registry.repository
}

output "secrets_by_hand" {
  description = "Secrets that wait for a person"
  value       = module.secrets.by_hand
}

output "mysql_backup_account" {
  description = "Account for the HMAC key of the database's backups"
  value       = module.mysql_backups.hmac_account
}

output "github" {
  description = "What the workflows sign in with"
  value       = { provider = module.identity.provider, accounts = module.identity.accounts }
}
