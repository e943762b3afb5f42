# Production: a project, a network and a cluster of its own, in three zones, and nothing that a slip can delete.

locals {
  name = "production"
  ranges = {
    # Apart from nonproduction's, so that the two networks could be joined one day.
    nodes            = "10.11.0.0/22"
    pods             = "10.21.0.0/18"
    services         = "10.31.0.0/20"
    control_plane    = "172.16.1.0/28"
    managed_services = "10.41.0.0/20"
  }
}

# A plan that would destroy this is no plan: `terraform destroy` is refused as a whole, before anything is gone. Without it
# the cluster would refuse only after its nodes, and everybody's rights, are away.
resource "terraform_data" "guard" {
  lifecycle {
    prevent_destroy = true
  }
}

resource "google_project_service" "needed" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "containersecurity.googleapis.com",
    "dns.googleapis.com",
    "gkebackup.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
  ])
  service = each.key
  # Something else may have come to need it.
  disable_on_destroy = false
}

module "network" {
  source     = "../../modules/network"
  depends_on = [google_project_service.needed]

  name   = local.name
  region = var.region
  ranges = local.ranges
}

module "cluster" {
  source     = "../../modules/cluster"
  depends_on = [google_project_service.needed]

  project_id          = var.project_id
  project_number      = var.project_number
  name                = local.name
  location            = var.region
  network             = module.network.network
  subnetwork          = module.network.subnetwork
  range_names         = module.network.range_names
  node_tag            = module.network.node_tag
  control_plane_range = local.ranges.control_plane

  # One in each zone for MySQL's members (4 GiB each), and as many as twenty replicas of the program ask for.
  nodes = {
    machine_type   = "e2-standard-4"
    minimum        = 3
    maximum        = 12
    disk_gigabytes = 100
  }
  # After nonproduction has had the same version for weeks, and in the nights of working days, UTC.
  release_channel = "STABLE"
  maintenance_window = {
    start_time = "2026-01-06T01:00:00Z"
    end_time   = "2026-01-06T05:00:00Z"
    recurrence = "FREQ=WEEKLY;BYDAY=TU,WE,TH"
  }
  # After MySQL's own backup at 02:37 and the program's at 03:17.
  backup = {
    namespaces  = ["dog-gif-app-production"]
    schedule    = "37 4 * * *"
    retain_days = 30
    lock_days   = 14
  }
}

module "identity" {
  source     = "../../modules/identity"
  depends_on = [google_project_service.needed]

  project_id           = var.project_id
  github_repository    = var.github_repository
  github_repository_id = var.github_repository_id

  purposes = {
    terraform-plan = {
      description = "Plans of pull requests, and the nightly look for drift"
      jobs        = [{ pull_request = true }, { branch = "main" }]
      roles       = ["roles/viewer", "roles/iam.securityReviewer"]
    }
    terraform-apply = {
      description = "Applies what was merged and approved"
      jobs        = [{ branch = "main", environment = local.name }]
      roles = [
        "roles/artifactregistry.admin",
        "roles/cloudkms.admin",
        "roles/compute.networkAdmin",
        "roles/compute.securityAdmin",
        "roles/container.clusterAdmin",
        "roles/dns.admin",
        "roles/gkebackup.admin",
        "roles/iam.roleAdmin",
        "roles/iam.serviceAccountAdmin",
        "roles/iam.serviceAccountUser",
        "roles/iam.workloadIdentityPoolAdmin",
        "roles/secretmanager.admin",
        "roles/servicenetworking.networksAdmin",
        "roles/serviceusage.serviceUsageAdmin",
        "roles/storage.admin",
      ]
      # Its own roles are not among them: those change by a person's hand.
      may_grant = ["roles/container.defaultNodeServiceAccount", "projects/${var.project_id}/roles/dnsZoneLister"]
    }
    # Its one right is the registry's, below.
    release = {
      description = "Pushes images that were built and tested"
      jobs        = [{ branch = "main" }]
    }
  }
}

# One registry for all environments: what is promoted is a digest, and a digest is not copied.
module "registry" {
  source     = "../../modules/registry"
  depends_on = [google_project_service.needed]

  project_id = var.project_id
  location   = var.region
  readers = {
    production    = module.cluster.node_service_account
    nonproduction = "serviceAccount:nonproduction-nodes@${var.nonproduction_project_id}.iam.gserviceaccount.com"
  }
  writers = { release = module.identity.members["release"] }
}

# By the names that k8s/overlays and the folders `access` of k8s/platform ask for; a test holds them together.
module "secrets" {
  source     = "../../modules/secrets"
  depends_on = [google_project_service.needed]

  project_id     = var.project_id
  project_number = var.project_number

  secrets = {
    argocd-github        = { namespace = "argocd" }
    argocd-notifications = { namespace = "argocd" }
    argocd-webhook       = { namespace = "argocd", generation = 1 }

    alertmanager-receivers = { namespace = "monitoring" }
    grafana-github         = { namespace = "monitoring" }
    grafana-admin          = { namespace = "monitoring" }

    dog-gif-app-production-mysql                          = { namespace = "dog-gif-app-production", generation = 1 }
    dog-gif-app-production-mysql-migrations               = { namespace = "dog-gif-app-production", generation = 1 }
    dog-gif-app-production-mysql-backup-access-key-id     = { namespace = "dog-gif-app-production" }
    dog-gif-app-production-mysql-backup-secret-access-key = { namespace = "dog-gif-app-production" }
  }
}

# MySQL's physical backups (k8s/components/mysql-replicated/cluster.yaml).
module "mysql_backups" {
  source     = "../../modules/backups"
  depends_on = [google_project_service.needed]

  name = "dog-gif-app-mysql-backups"
  # Several regions: the one of the cluster may be what was lost.
  location = "EU"
  # The operator deletes what is older than 14 nights, and is not to be refused: 13 days, and then 30 in which it can be
  # had back.
  retention        = { days = 13, locked = true }
  soft_delete_days = 30
  hmac_account     = "mysql-backup"
}

# For k8s/components/backup-gcs, which the overlay may mix in. No retention: the program writes a file beside and renames
# it, and the drill writes over its record.
module "backups" {
  source     = "../../modules/backups"
  depends_on = [google_project_service.needed]

  name     = "dog-gif-app-backups"
  location = "EU"
  writers = {
    dog-gif-app-backup = "principal://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/${var.project_id}.svc.id.goog/subject/ns/dog-gif-app-production/sa/dog-gif-app-backup"
  }
}

# What Loki keeps for a month (k8s/platform/logging/loki-production.yaml).
module "logs" {
  source     = "../../modules/logs"
  depends_on = [google_project_service.needed]

  project_id = var.project_id
  location   = upper(var.region)
  buckets = {
    chunks = "dog-gif-app-production-loki-chunks"
    ruler  = "dog-gif-app-production-loki-ruler"
    admin  = "dog-gif-app-production-loki-admin"
  }
}

module "dns" {
  source     = "../../modules/dns"
  depends_on = [google_project_service.needed]

  project_id      = var.project_id
  gateway_address = module.network.gateway_address
  zones = {
    dog-gif-app = {
      domain      = var.domain
      hosts       = ["", "argocd", "grafana"]
      delegations = var.delegations
    }
  }
}
