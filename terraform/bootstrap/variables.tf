variable "name" {
  description = "What names begin with; the backends of the environments name bucket and table too"
  type        = string
  default     = "dog-gif-app"

  validation {
    # With its ending the bucket may have 63.
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,45}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 47 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of bucket and table"
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region of AWS, such as eu-central-1."
  }
}

variable "github_repository" {
  description = "Repository whose workflows plan and apply, as owner/name"
  type        = string
  default     = "dog-gif-app/dog-gif-app"

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name."
  }
}

variable "environments" {
  description = "Environments that have a state: the folders of terraform/environments, and GitHub's environments of that name"
  type        = set(string)
  default     = ["nonproduction", "production"]

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "environments must have one at least, called by lower-case letters, digits and hyphens."
  }
  validation {
    condition     = !contains(var.environments, "bootstrap")
    error_message = "environments must not have one called bootstrap: that is where this folder's own state lies."
  }
}

variable "version_days" {
  description = "Days for which a state that was overwritten can be had back"
  type        = number
  default     = 90

  validation {
    condition     = var.version_days >= 30
    error_message = "version_days must be 30 or more: what broke is sometimes found weeks later."
  }
}
