output "provider" {
  description = "For `workload_identity_provider` of the step that signs in"
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "accounts" {
  description = "Addresses of the accounts by purpose: `service_account` of the same step"
  value       = { for name, account in google_service_account.purpose : name => account.email }
}

output "members" {
  description = "The accounts as IAM members by purpose"
  value       = { for name, account in google_service_account.purpose : name => account.member }
}
