variable "project_id" {
  description = "Project of the accounts"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "github_repository" {
  description = "Repository whose jobs may come, as owner/name"
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

variable "purposes" {
  description = "Accounts by name: what each is for, whose jobs may use it, its roles in the project, and the roles it may give to others"
  type = map(object({
    description = string
    jobs = list(object({
      # Jobs on this branch; with an environment, both must be right.
      branch = optional(string)
      # Jobs that GitHub let into this environment.
      environment = optional(string)
      # Jobs of any pull request of the repository itself; those of forks get no token.
      pull_request = optional(bool, false)
    }))
    roles     = optional(set(string), [])
    may_grant = optional(set(string), [])
  }))

  validation {
    condition     = alltrue([for name in keys(var.purposes) : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", name))])
    error_message = "purposes must be called as accounts are: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
  validation {
    condition = length(var.purposes) > 0 && alltrue(flatten([
      for purpose in values(var.purposes) : [
        length(purpose.jobs) > 0,
        [for job in purpose.jobs : job.pull_request ? job.branch == null && job.environment == null : job.branch != null],
      ]
    ]))
    error_message = "purposes: every job needs a branch, and may have an environment beside it, or is that of a pull request and has neither."
  }
  validation {
    condition = alltrue([
      for purpose in values(var.purposes) :
      length(setintersection(setunion(purpose.roles, purpose.may_grant), ["roles/owner", "roles/editor", "roles/resourcemanager.projectIamAdmin"])) == 0
    ])
    error_message = "purposes must have neither roles/owner nor roles/editor, and roles/resourcemanager.projectIamAdmin by may_grant only, which narrows it."
  }
  validation {
    condition = alltrue(flatten([
      for purpose in values(var.purposes) : [
        for job in purpose.jobs : !job.pull_request || length(purpose.may_grant) == 0 && alltrue([for role in purpose.roles : can(regex("(?i)(viewer|reviewer|reader)$", role))])
      ]
    ]))
    error_message = "purposes: what a pull request may use only reads, as its author can run anything: roles that end in viewer, reviewer or reader."
  }
}
