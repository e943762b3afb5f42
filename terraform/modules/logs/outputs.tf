output "buckets" {
  description = "Names of the buckets, as k8s/platform/logging names them"
  value       = { for name, bucket in google_storage_bucket.main : name => bucket.name }
}

output "account" {
  description = "Account that Loki's ServiceAccount names"
  value       = google_service_account.main.email
}
