variable "project_id" {
  description = "Project of the repository"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "name" {
  description = "Name of the repository"
  type        = string
  default     = "images"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.name))
    error_message = "name must have 2 to 63 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "location" {
  description = "Region of the repository: that of the clusters, as pulls within a region cost nothing"
  type        = string

  validation {
    condition     = can(regex("^([a-z]+-[a-z]+[0-9]+|europe|us|asia)$", var.location))
    error_message = "location must be a region such as europe-west3, or one of europe, us and asia."
  }
}

variable "readers" {
  description = "Who pulls: name to IAM member"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for member in values(var.readers) : can(regex("^(serviceAccount|principal|principalSet|group):", member))])
    error_message = "readers must be IAM members such as serviceAccount:…, group:… or principal://…; nobody anonymous."
  }
}

variable "writers" {
  description = "Who pushes: name to IAM member"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for member in values(var.writers) : can(regex("^(serviceAccount|principal):", member))])
    error_message = "writers must be single identities, serviceAccount:… or principal://…: pushing is for one workflow."
  }
}

variable "keep_versions" {
  description = "Newest versions of each image that stay, tagged or not"
  type        = number
  default     = 20

  validation {
    condition     = var.keep_versions >= 3
    error_message = "keep_versions must be 3 or more: the one that runs, the one before, and the one to come."
  }
}

variable "untagged_days" {
  description = "Days after which a version without a tag may go"
  type        = number
  default     = 90

  validation {
    condition     = var.untagged_days >= 7
    error_message = "untagged_days must be 7 or more: younger ones may belong to an image that is still being pushed."
  }
}

variable "cleanup_dry_run" {
  description = "Whether the cleanup policies only write to the log what they would delete"
  type        = bool
  # Platform manifests and signatures of an image have no tags of their own. Read the log of a month before this is false.
  default = true
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the repository"
  type        = bool
  default     = true
}
