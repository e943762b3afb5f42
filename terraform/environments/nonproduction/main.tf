# dev and staging. They share a cluster, as neither is anybody's living: its fixed costs are paid once. A namespace, a
# database, NetworkPolicies and a reader of secrets each keep them apart. Production is in a project of its own.

locals {
  name = "nonproduction"
  # One zone: a day without dev and staging is a nuisance, and a zonal control plane is the one that Google gives away.
  zone = "${var.region}-a"
  ranges = {
    nodes            = "10.10.0.0/22"
    pods             = "10.20.0.0/18"
    services         = "10.30.0.0/20"
    control_plane    = "172.16.0.0/28"
    managed_services = "10.40.0.0/20"
  }
}

resource "google_project_service" "needed" {
  for_each = toset([
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "containersecurity.googleapis.com",
    "dns.googleapis.com",
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
  location            = local.zone
  network             = module.network.network
  subnetwork          = module.network.subnetwork
  range_names         = module.network.range_names
  node_tag            = module.network.node_tag
  control_plane_range = local.ranges.control_plane

  # Three, as staging's MySQL wants a node for each member; 8 GiB each hold both environments and the platform.
  nodes = {
    machine_type = "e2-standard-2"
    minimum      = 3
    maximum      = 6
  }
  # Versions come here first, on working mornings: somebody is there, and production has days to learn from it.
  release_channel = "REGULAR"
  maintenance_window = {
    start_time = "2026-01-05T07:00:00Z"
    end_time   = "2026-01-05T11:00:00Z"
    recurrence = "FREQ=WEEKLY;BYDAY=MO,TU,WE"
  }
  # It holds nothing that a new one would not have again.
  deletion_protection = false
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
        "roles/cloudkms.admin",
        "roles/compute.networkAdmin",
        "roles/compute.securityAdmin",
        "roles/container.clusterAdmin",
        "roles/dns.admin",
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
  }
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

    dog-gif-app-dev-mysql            = { namespace = "dog-gif-app-dev", generation = 1 }
    dog-gif-app-dev-mysql-migrations = { namespace = "dog-gif-app-dev", generation = 1 }
    dog-gif-app-dev-mysql-root       = { namespace = "dog-gif-app-dev", generation = 1 }

    dog-gif-app-staging-mysql                          = { namespace = "dog-gif-app-staging", generation = 1 }
    dog-gif-app-staging-mysql-migrations               = { namespace = "dog-gif-app-staging", generation = 1 }
    dog-gif-app-staging-mysql-backup-access-key-id     = { namespace = "dog-gif-app-staging" }
    dog-gif-app-staging-mysql-backup-secret-access-key = { namespace = "dog-gif-app-staging" }
  }
  deletion_protection = false
}

# Staging's physical backups (k8s/overlays/staging/small-mysql.yaml).
module "mysql_backups" {
  source     = "../../modules/backups"
  depends_on = [google_project_service.needed]

  name     = "dog-gif-app-staging-mysql-backups"
  location = upper(var.region)
  # A rehearsal of production's, one week long and not for ever.
  retention           = { days = 6, locked = false }
  soft_delete_days    = 7
  hmac_account        = "mysql-backup"
  deletion_protection = false
}

# A zone for each name, as cert-manager of this cluster proves them in this project, and production's zone is not here.
module "dns" {
  source     = "../../modules/dns"
  depends_on = [google_project_service.needed]

  project_id      = var.project_id
  gateway_address = module.network.gateway_address
  zones = {
    for host in ["dev", "staging", "argocd-nonproduction", "grafana-nonproduction"] : host => { domain = "${host}.${var.domain}" }
  }
  deletion_protection = false
}
