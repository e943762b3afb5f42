variable "name" {
  description = "Name of the bucket, of which there is one in the world; k8s/components names it too"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name)) && !startswith(var.name, "goog")
    error_message = "name must have 3 to 63 lower-case letters, digits and hyphens, and must not begin with goog."
  }
}

variable "location" {
  description = "Where the bucket is: another place than the cluster's, such as the multi-region EU, outlives a region"
  type        = string

  validation {
    condition     = can(regex("^([A-Z]+-[A-Z]+[0-9]+|EU|US|ASIA|EUR[0-9]|NAM[0-9])$", var.location))
    error_message = "location must be a region or a multi-region in capitals, such as EUROPE-WEST3 or EU."
  }
}

variable "retention" {
  description = "Days for which an object can be neither deleted nor overwritten, and whether that is for ever; null where a client renames its files"
  type = object({
    days   = number
    locked = bool
  })
  default = null

  validation {
    condition     = var.retention == null ? true : var.retention.days >= 1 && var.retention.days <= 365
    error_message = "retention.days must be 1 to 365: once locked, a mistake of years is paid for years."
  }
}

variable "soft_delete_days" {
  description = "Days for which a deleted object can be had back"
  type        = number
  default     = 30

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 90
    error_message = "soft_delete_days must be 7 to 90, which is what Cloud Storage takes."
  }
}

variable "writers" {
  description = "Who writes backups: name to IAM member"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for member in values(var.writers) : can(regex("^(serviceAccount:|principal://)", member))])
    error_message = "writers must be single identities, serviceAccount:… or principal://…, never groups or everybody."
  }
}

variable "hmac_account" {
  description = "Name of an account for an HMAC key, where the client knows nothing but S3; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.hmac_account == null ? true : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.hmac_account))
    error_message = "hmac_account must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the bucket"
  type        = bool
  default     = true
}
