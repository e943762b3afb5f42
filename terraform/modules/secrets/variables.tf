variable "project_id" {
  description = "Project of the secrets and of the cluster that reads them"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "project_number" {
  description = "Number of that project"
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]{5,13}$", var.project_number))
    error_message = "project_number must be the project's number: `gcloud projects describe PROJECT --format='value(projectNumber)'`."
  }
}

variable "secrets" {
  description = "Secrets by name: the namespace whose reader may read it, and the generation of a generated word; raise it for a new one, leave it out where a person fills the secret"
  type = map(object({
    namespace  = string
    generation = optional(number)
  }))

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Za-z0-9_-]{1,255}$", name))])
    error_message = "secrets must be called by letters, digits, underscores and hyphens."
  }
  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", secret.namespace))])
    error_message = "secrets: each namespace must be one of Kubernetes: lower-case letters, digits and hyphens."
  }
  validation {
    condition = alltrue([
      for secret in values(var.secrets) :
      secret.generation == null ? true : secret.generation >= 1 && floor(secret.generation) == secret.generation
    ])
    error_message = "secrets: a generation must be a whole number from 1 on; leave it out where a person fills the secret."
  }
}

variable "reader" {
  description = "ServiceAccount in each namespace that reads; k8s/components/external-secrets names it"
  type        = string
  default     = "secret-reader"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.reader))
    error_message = "reader must be the name of a ServiceAccount: lower-case letters, digits and hyphens."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete a secret"
  type        = bool
  default     = true
}
