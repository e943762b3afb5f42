output "credentials_command" {
  description = "What gives kubectl access to the cluster"
  value       = module.cluster.credentials_command
}

output "delegations" {
  description = "Name servers by host: `delegations` of production"
  value = {
    for domain, servers in module.dns.name_servers : trimsuffix(domain, ".${var.domain}") => servers
  }
}

output "gateway_address" {
  description = "Address of the gateway, for whoever keeps the DNS elsewhere"
  value       = module.network.gateway_address
}

output "node_service_account" {
  description = "The nodes, which production's registry lets in"
  value       = module.cluster.node_service_account
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
