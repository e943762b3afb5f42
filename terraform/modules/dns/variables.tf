variable "project_id" {
  description = "Project of the zones and of the cluster whose cert-manager writes to them"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must have 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "zones" {
  description = "Zones by name: their domain, the hosts in them that the gateway serves (\"\" is the domain itself), and the hosts that other name servers answer for"
  type = map(object({
    domain      = string
    hosts       = optional(set(string), [""])
    delegations = optional(map(list(string)), {})
  }))

  validation {
    condition     = length(var.zones) > 0 && alltrue([for name in keys(var.zones) : can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", name))])
    error_message = "zones must have one at least, called by lower-case letters, digits and hyphens."
  }
  validation {
    condition     = alltrue([for zone in values(var.zones) : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", zone.domain))])
    error_message = "zones: each domain must be in lower case and without a dot at its end, such as dogs.example."
  }
  validation {
    condition = alltrue(flatten([
      for zone in values(var.zones) : [
        for servers in values(zone.delegations) : [length(servers) > 0, [for server in servers : endswith(server, ".")]]
      ]
    ]))
    error_message = "zones: delegations must name servers with a dot at their end, as the output `delegations` of the other environment does."
  }
}

variable "gateway_address" {
  description = "IPv4 address of the gateway"
  type        = string

  validation {
    condition     = can(cidrhost("${var.gateway_address}/32", 0)) && !strcontains(var.gateway_address, ":")
    error_message = "gateway_address must be an IPv4 address."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete a zone"
  type        = bool
  default     = true
}
