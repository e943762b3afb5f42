variable "project_id" {
  description = "Project of the cluster"
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

variable "name" {
  description = "Name of the cluster, as in argocd/clusters/"
  type        = string

  validation {
    # The nodes' account is called after it and may have 30 letters.
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 24 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "location" {
  description = "A region (control plane in three zones) or a zone (in one, and cheaper)"
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+(-[a-z])?$", var.location))
    error_message = "location must be a region such as europe-west3, or a zone such as europe-west3-a."
  }
}

variable "node_locations" {
  description = "Zones of the nodes: those of the region, or with a zonal cluster further ones; empty leaves it to GKE"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for zone in var.node_locations : can(regex("^[a-z]+-[a-z]+[0-9]+-[a-z]$", zone))])
    error_message = "node_locations must be zones, such as europe-west3-a."
  }
}

variable "network" {
  description = "Id of the network"
  type        = string

  validation {
    condition     = can(regex("^projects/[^/]+/global/networks/[^/]+$", var.network))
    error_message = "network must be an id, projects/PROJECT/global/networks/NAME: the output `network` of modules/network."
  }
}

variable "subnetwork" {
  description = "Id of the nodes' subnet"
  type        = string

  validation {
    condition     = can(regex("^projects/[^/]+/regions/[^/]+/subnetworks/[^/]+$", var.subnetwork))
    error_message = "subnetwork must be an id, projects/PROJECT/regions/REGION/subnetworks/NAME: the output `subnetwork` of modules/network."
  }
}

variable "range_names" {
  description = "Names of the subnet's secondary ranges for pods and Services"
  type = object({
    pods     = string
    services = string
  })

  validation {
    condition     = alltrue([for name in values(var.range_names) : can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "range_names must be names, not ranges: lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "control_plane_range" {
  description = "IPv4 range of the control plane's private addresses, a /28"
  type        = string

  validation {
    condition     = can(cidrhost(var.control_plane_range, 0)) && endswith(var.control_plane_range, "/28")
    error_message = "control_plane_range must be a /28 in CIDR notation: GKE takes no other size."
  }
}

variable "node_tag" {
  description = "Network tag of the nodes, by which the firewall knows them"
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.node_tag))
    error_message = "node_tag must have 1 to 63 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "authorized_networks" {
  description = "Who beside the nodes may use the control plane's private address, such as a VPN: name to range"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for range in values(var.authorized_networks) : can(cidrhost(range, 0))])
    error_message = "authorized_networks must be ranges in CIDR notation, such as 10.99.0.0/24."
  }
  validation {
    condition     = alltrue([for range in values(var.authorized_networks) : !endswith(range, "/0")])
    error_message = "authorized_networks must not open the control plane to everybody: name the networks that need it."
  }
}

variable "release_channel" {
  description = "How early GKE's versions come: RAPID, REGULAR, STABLE or EXTENDED"
  type        = string
  default     = "REGULAR"

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.release_channel)
    error_message = "release_channel must be RAPID, REGULAR, STABLE or EXTENDED; without a channel nobody patches the nodes."
  }
}

variable "maintenance_window" {
  description = "When GKE may upgrade: first window (RFC 3339) and how it recurs (RFC 5545)"
  type = object({
    start_time = string
    end_time   = string
    recurrence = string
  })

  validation {
    condition = alltrue([
      can(formatdate("YYYY", var.maintenance_window.start_time)),
      can(formatdate("YYYY", var.maintenance_window.end_time)),
      can(regex("^FREQ=", var.maintenance_window.recurrence)),
    ])
    error_message = "maintenance_window needs two RFC 3339 times and a rule such as FREQ=WEEKLY;BYDAY=TU,WE."
  }
  validation {
    # GKE asks for 48 hours in any 32 days; four hours on three days a week are 48 hours in 28 days.
    condition = try(
      timecmp(var.maintenance_window.end_time, timeadd(var.maintenance_window.start_time, "4h")) >= 0, true
    )
    error_message = "maintenance_window must be 4 h long at least: GKE refuses windows that leave it too little time in a month."
  }
}

variable "nodes" {
  description = "Machine type of the nodes, and how many there may be in all zones together"
  type = object({
    machine_type   = string
    minimum        = number
    maximum        = number
    disk_gigabytes = optional(number, 50)
  })

  validation {
    condition     = var.nodes.minimum >= 3
    error_message = "nodes.minimum must be 3 or more: the members of the replicated MySQL stand on different nodes."
  }
  validation {
    condition     = var.nodes.maximum >= var.nodes.minimum
    error_message = "nodes.maximum must not be below nodes.minimum."
  }
}

variable "backup" {
  description = "Namespaces that Backup for GKE keeps, when (cron, UTC), how long, and for how long nobody can delete a backup; null for no plan"
  type = object({
    namespaces  = list(string)
    schedule    = string
    retain_days = number
    lock_days   = number
  })
  default = null

  validation {
    condition     = var.backup == null ? true : var.backup.lock_days <= var.backup.retain_days && var.backup.lock_days <= 90
    error_message = "backup.lock_days must not exceed backup.retain_days, nor 90, which is the most that Google takes."
  }
  validation {
    condition     = var.backup == null ? true : length(var.backup.namespaces) > 0
    error_message = "backup.namespaces must name a namespace; leave backup out (null) for no plan."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the cluster, its key and its backup plan"
  type        = bool
  default     = true
}
