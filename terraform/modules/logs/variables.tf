variable "project_id" {
  description = "Project of the buckets and of the cluster whose Loki uses them"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "prefix" {
  description = "What the buckets' names begin with; there is one bucket of a name in the world"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,50}[a-z0-9]$", var.prefix)) && !startswith(var.prefix, "goog")
    error_message = "prefix must have 3 to 52 lower-case letters, digits and hyphens, and must not begin with goog."
  }
}

variable "buckets" {
  description = "Which buckets there are, as Loki calls them"
  type        = set(string)
  default     = ["chunks", "ruler", "admin"]

  validation {
    condition     = length(var.buckets) > 0 && alltrue([for name in var.buckets : contains(["chunks", "ruler", "admin"], name)])
    error_message = "buckets must be some of chunks, ruler and admin."
  }
}

variable "location" {
  description = "Where the buckets are: the cluster's region, as every line goes there and back"
  type        = string

  validation {
    condition     = can(regex("^[A-Z]+-[A-Z]+[0-9]+$", var.location))
    error_message = "location must be a region in capitals, such as EUROPE-WEST3."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete a bucket"
  type        = bool
  default     = true
}
