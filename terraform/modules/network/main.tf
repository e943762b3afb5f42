# The ground a cluster stands on: nodes without public addresses, one way out, one address for visitors.

resource "google_compute_network" "main" {
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "nodes" {
  name          = "${var.name}-nodes"
  network       = google_compute_network.main.id
  region        = var.region
  ip_cidr_range = var.ranges.nodes
  # Nodes reach Google's own APIs without a public address, and not through the NAT.
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = var.ranges.pods
  }
  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = var.ranges.services
  }

  # Who talked to whom, for the day on which somebody asks; a tenth of it, as all of it costs more than it tells.
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

# Out, for images of other registries, Let's Encrypt and GitHub; nobody comes in by it.
resource "google_compute_router" "main" {
  name    = var.name
  network = google_compute_network.main.id
  region  = var.region
}

resource "google_compute_router_nat" "main" {
  name                               = var.name
  router                             = google_compute_router.main.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = google_compute_subnetwork.nodes.id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  # A node that has used up its ports shows here.
  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

# GKE opens 443 and 10250 by itself. An admission webhook that listens elsewhere is not reached otherwise, and the API
# server then refuses, or lets pass unseen, what the webhook is for.
resource "google_compute_firewall" "webhooks" {
  name          = "${var.name}-control-plane-to-webhooks"
  description   = "The control plane asks the admission webhooks that run on nodes"
  network       = google_compute_network.main.id
  direction     = "INGRESS"
  source_ranges = [var.ranges.control_plane]
  target_tags   = [local.node_tag]

  allow {
    protocol = "tcp"
    ports    = [for port in var.webhook_ports : tostring(port)]
  }
}

# Managed services of Google (Cloud SQL, Memorystore) get private addresses of this range when somebody makes one.
resource "google_compute_global_address" "managed_services" {
  name          = "${var.name}-managed-services"
  network       = google_compute_network.main.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = split("/", var.ranges.managed_services)[0]
  prefix_length = tonumber(split("/", var.ranges.managed_services)[1])
}

resource "google_service_networking_connection" "managed_services" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.managed_services.name]
}

# The Gateway takes it by its name (k8s/platform/gateway), so that the DNS can be right before there is a cluster.
resource "google_compute_global_address" "gateway" {
  name = var.gateway_address_name
}

locals {
  node_tag = "${var.name}-nodes"
}
