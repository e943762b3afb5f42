variable "name" {
  description = "Name of the network; what belongs to it begins with it"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}[a-z0-9]$", var.name))
    error_message = "name must have 2 to 31 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the nodes' subnet"
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region of Google Cloud, such as europe-west3 (a zone has one more letter)."
  }
}

variable "ranges" {
  description = "IPv4 ranges of the network, in CIDR notation; no two may overlap"
  type = object({
    # One address a node.
    nodes = string
    # 256 addresses a node: a /18 is room for 64 nodes.
    pods = string
    # One address a Service.
    services = string
    # The control plane's end of its peering: Google wants a /28.
    control_plane = string
    # Managed services of Google take theirs from here.
    managed_services = string
  })

  validation {
    condition     = alltrue([for range in values(var.ranges) : can(cidrhost(range, 0)) && !strcontains(range, ":")])
    error_message = "ranges must be IPv4 ranges in CIDR notation, such as 10.10.0.0/20."
  }
  validation {
    condition     = endswith(var.ranges.control_plane, "/28")
    error_message = "ranges.control_plane must be a /28: GKE takes no other size."
  }
  validation {
    # Two ranges overlap when they are the same after the shorter of both prefixes.
    condition = alltrue([
      for pair in setproduct(keys(var.ranges), keys(var.ranges)) :
      pair[0] == pair[1] || try(
        cidrhost("${split("/", var.ranges[pair[0]])[0]}/${min([for key in pair : tonumber(split("/", var.ranges[key])[1])]...)}", 0)
        !=
        cidrhost("${split("/", var.ranges[pair[1]])[0]}/${min([for key in pair : tonumber(split("/", var.ranges[key])[1])]...)}", 0),
        true
      )
    ])
    error_message = "ranges must not overlap: choose them apart, as packets to a shared address reach one of the two only."
  }
}

variable "webhook_ports" {
  description = "TCP ports on which admission webhooks listen, beside 443 and 10250"
  type        = set(number)
  # Where operators made with controller-runtime listen unless told otherwise.
  default = [9443]

  validation {
    condition     = length(var.webhook_ports) > 0 && alltrue([for port in var.webhook_ports : port >= 1 && port <= 65535])
    error_message = "webhook_ports must be TCP ports from 1 to 65535, and at least one."
  }
}

variable "gateway_address_name" {
  description = "Name of the global address that the Gateway takes; k8s/platform/gateway names it too"
  type        = string
  default     = "public"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.gateway_address_name))
    error_message = "gateway_address_name must have 2 to 63 lower-case letters, digits and hyphens, beginning with a letter."
  }
}
