variable "project_id" {
  description = "Project of the buckets and of the cluster whose Loki uses them"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "buckets" {
  description = "Names of the buckets by what Loki keeps in them; there is one bucket of a name in the world"
  type = object({
    chunks = string
    ruler  = string
    admin  = string
  })

  validation {
    condition = alltrue([
      for name in values(var.buckets) : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name)) && !startswith(name, "goog")
    ])
    error_message = "buckets must have names of 3 to 63 lower-case letters, digits and hyphens, not beginning with goog."
  }
  validation {
    condition     = length(distinct(values(var.buckets))) == 3
    error_message = "buckets must be three: Loki's kinds of data do not share one."
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
