output "by_hand" {
  description = "Secrets that have no value until a person writes one: `gcloud secrets versions add NAME --data-file=-`"
  value       = sort([for name, secret in var.secrets : name if secret.generation == null])
}
