# A GKE cluster of Standard mode: nodes of ours, so that databases get disks and anti-affinity that we chose; a control
# plane that has no address on the internet; nothing runs as the project's default account.

# Who the nodes are: they pull images, and write their own logs and metrics.
resource "google_service_account" "nodes" {
  account_id   = "${var.name}-nodes"
  display_name = "Nodes of the cluster ${var.name}"
}

resource "google_project_iam_member" "nodes" {
  project = var.project_id
  # What a node needs, as Google keeps it; no Editor.
  role   = "roles/container.defaultNodeServiceAccount"
  member = google_service_account.nodes.member
}

# Kubernetes encrypts Secrets by this key before they reach etcd.
resource "google_kms_key_ring" "main" {
  name     = var.name
  location = local.region
}

resource "google_kms_crypto_key" "secrets" {
  # checkov:skip=CKV_GCP_82:deletion_policy protects it where deletion_protection says so; a lifecycle cannot be told by a variable

  name     = "kubernetes-secrets"
  key_ring = google_kms_key_ring.main.id
  # 90 days. Old versions stay, so that what they encrypted can be read.
  rotation_period = "7776000s"
  # Who destroys a version by mistake has 30 days to notice.
  destroy_scheduled_duration = "2592000s"
  deletion_policy            = local.deletion_policy
}

resource "google_kms_crypto_key_iam_member" "control_plane" {
  crypto_key_id = google_kms_crypto_key.secrets.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${var.project_number}@container-engine-robot.iam.gserviceaccount.com"
}

resource "google_container_cluster" "main" {
  # checkov:skip=CKV_GCP_12:Dataplane V2 enforces NetworkPolicies; this setting is for the older dataplane and excludes it
  # checkov:skip=CKV_GCP_21:the provider labels everything (default_labels of the environments)
  # checkov:skip=CKV_GCP_65:people come by IAM; groups of Google Workspace are not everybody's
  # checkov:skip=CKV_GCP_66:the policies of k8s/platform/policies admit images by digest and registry, on every cluster and not only Google's

  name           = var.name
  location       = var.location
  node_locations = var.node_locations

  # The pool below is ours to change without touching the cluster. GKE makes no cluster without a pool, so that one
  # exists for a minute, with the same account and the same shields.
  remove_default_node_pool = true
  initial_node_count       = 1
  node_config {
    service_account = google_service_account.nodes.email
    oauth_scopes    = local.scopes
    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }

  release_channel {
    channel = var.release_channel
  }
  maintenance_policy {
    recurring_window {
      start_time = var.maintenance_window.start_time
      end_time   = var.maintenance_window.end_time
      recurrence = var.maintenance_window.recurrence
    }
  }
  deletion_protection = var.deletion_protection

  # Network: pods have addresses of the VPC, and Dataplane V2 enforces the NetworkPolicies of k8s/.
  network           = var.network
  subnetwork        = var.subnetwork
  networking_mode   = "VPC_NATIVE"
  datapath_provider = "ADVANCED_DATAPATH"
  # Flow logs see what pods of one node say to each other.
  enable_intranode_visibility = true
  ip_allocation_policy {
    cluster_secondary_range_name  = var.range_names.pods
    services_secondary_range_name = var.range_names.services
  }
  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  # Access: nodes and control plane have private addresses only. People and CI come by the DNS endpoint, which asks IAM
  # (`container.clusters.connect`) and not where somebody sits.
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
    master_ipv4_cidr_block  = var.control_plane_range
  }
  control_plane_endpoints_config {
    dns_endpoint_config {
      allow_external_traffic = true
    }
  }
  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false
    dynamic "cidr_blocks" {
      for_each = var.authorized_networks
      content {
        display_name = cidr_blocks.key
        cidr_block   = cidr_blocks.value
      }
    }
  }
  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  # Identity: a Kubernetes ServiceAccount is a principal of IAM; no pod holds a key.
  workload_identity_config {
    workload_pool = "${var.project_id}.svc.id.goog"
  }
  enable_shielded_nodes = true
  database_encryption {
    state    = "ENCRYPTED"
    key_name = google_kms_crypto_key.secrets.id
  }
  security_posture_config {
    mode = "BASIC"
  }

  addons_config {
    # Gateways are made by it.
    http_load_balancing {
      disabled = false
    }
    gce_persistent_disk_csi_driver_config {
      enabled = true
    }
    # For k8s/components/backup-gcs.
    gcs_fuse_csi_driver_config {
      enabled = true
    }
    gke_backup_agent_config {
      enabled = var.backup != null
    }
    # The NetworkPolicies of k8s/ let pods ask kube-dns; with this cache they would ask their node, and hear nothing.
    dns_cache_config {
      enabled = false
    }
  }

  # Prometheus and Loki run in the cluster (k8s/platform): Google is told about its own parts, and paid for no more.
  logging_config {
    enable_components = ["SYSTEM_COMPONENTS"]
  }
  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]
    managed_prometheus {
      enabled = false
    }
  }
  cost_management_config {
    enabled = true
  }

  lifecycle {
    # Both are of the pool that was removed.
    ignore_changes = [initial_node_count, node_config]
  }

  # It cannot start without the right to use the key.
  depends_on = [google_kms_crypto_key_iam_member.control_plane]
}

resource "google_container_node_pool" "main" {
  name     = "main"
  cluster  = google_container_cluster.main.id
  location = var.location

  autoscaling {
    total_min_node_count = var.nodes.minimum
    total_max_node_count = var.nodes.maximum
    # Zones stay even, as the databases want one member in each.
    location_policy = "BALANCED"
  }
  management {
    auto_repair  = true
    auto_upgrade = true
  }
  upgrade_settings {
    # A new node first: no member of a database waits for a place.
    max_surge       = 1
    max_unavailable = 0
  }

  node_config {
    machine_type    = var.nodes.machine_type
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = var.nodes.disk_gigabytes
    service_account = google_service_account.nodes.email
    # The account's roles decide; scopes are the older way to say the same.
    oauth_scopes = local.scopes
    tags         = [var.node_tag]
    # The kubelet's port that asks nobody who they are.
    kubelet_config {
      insecure_kubelet_readonly_port_enabled = "FALSE"
    }
    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
    # Pods see the metadata of their own identity, not the node's.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
    metadata = {
      disable-legacy-endpoints = "true"
    }
  }

  depends_on = [google_project_iam_member.nodes]
}

# Objects and volumes of the environments, beside the databases' own backups: these bring a whole namespace back.
resource "google_gke_backup_backup_plan" "main" {
  count    = var.backup == null ? 0 : 1
  name     = var.name
  cluster  = google_container_cluster.main.id
  location = local.region

  backup_schedule {
    cron_schedule = var.backup.schedule
  }
  retention_policy {
    backup_retain_days      = var.backup.retain_days
    backup_delete_lock_days = var.backup.lock_days
  }
  backup_config {
    include_volume_data = true
    # The operator's own passwords are in Secrets and nowhere else.
    include_secrets = true
    selected_namespaces {
      namespaces = var.backup.namespaces
    }
  }
  deletion_policy = local.deletion_policy
}

locals {
  # A zone is a region and one letter.
  region          = join("-", slice(split("-", var.location), 0, 2))
  scopes          = ["https://www.googleapis.com/auth/cloud-platform"]
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"
}
