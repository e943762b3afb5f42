variable "project_id" {
  description = "Project of Google Cloud that holds this environment and nothing else"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "project_number" {
  description = "Number of that project; principals and Google's own accounts are called by it"
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]{5,13}$", var.project_number))
    error_message = "project_number must be the project's number: `gcloud projects describe PROJECT --format='value(projectNumber)'`."
  }
}

variable "region" {
  description = "Region of everything that is not global"
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region of Google Cloud, such as europe-west3 (a zone has one more letter)."
  }
}

variable "domain" {
  description = "Domain of the website; the overlays and gateways of k8s/ name hosts in it"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be in lower case and without a dot at its end, such as dogs.example."
  }
}

variable "github_repository" {
  description = "Repository whose workflows may come, as owner/name"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name."
  }
}

variable "github_repository_id" {
  description = "The repository's number (`gh api repos/OWNER/NAME --jq .id`): a name can be somebody else's one day, a number cannot"
  type        = string
  default     = null

  validation {
    condition     = var.github_repository_id == null ? true : can(regex("^[0-9]+$", var.github_repository_id))
    error_message = "github_repository_id must be the repository's number: `gh api repos/OWNER/NAME --jq .id`."
  }
}

variable "delegations" {
  description = "Hosts of the domain that nonproduction answers for, and its name servers: the output `delegations` there"
  type        = map(list(string))
  default     = {}
}

variable "nonproduction_project_id" {
  description = "Project of the other environment, whose nodes pull the same images"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.nonproduction_project_id)) && var.nonproduction_project_id != var.project_id
    error_message = "nonproduction_project_id must be a project id, and another one than project_id: production shares its project with nobody."
  }
}
