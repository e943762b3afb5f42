output "hmac_account" {
  description = "Account for which a person makes the HMAC key; null if there is none"
  value       = one(google_service_account.hmac[*].email)
}
