mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "test-nodes@dogs-test.iam.gserviceaccount.com"
      member = "serviceAccount:test-nodes@dogs-test.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_kms_key_ring" {
    defaults = { id = "projects/dogs-test/locations/europe-west3/keyRings/test" }
  }
  mock_resource "google_kms_crypto_key" {
    defaults = { id = "projects/dogs-test/locations/europe-west3/keyRings/test/cryptoKeys/kubernetes-secrets" }
  }
  mock_resource "google_container_cluster" {
    defaults = { id = "projects/dogs-test/locations/europe-west3/clusters/test" }
  }
}

variables {
  project_id          = "dogs-test"
  project_number      = "123456789012"
  name                = "test"
  location            = "europe-west3"
  network             = "projects/dogs-test/global/networks/test"
  subnetwork          = "projects/dogs-test/regions/europe-west3/subnetworks/test-nodes"
  range_names         = { pods = "pods", services = "services" }
  control_plane_range = "172.16.0.0/28"
  node_tag            = "test-nodes"
  maintenance_window = {
    start_time = "2026-01-06T01:00:00Z"
    end_time   = "2026-01-06T05:00:00Z"
    recurrence = "FREQ=WEEKLY;BYDAY=TU,WE,TH"
  }
  nodes = { machine_type = "e2-standard-4", minimum = 3, maximum = 12 }
}

run "neither_nodes_nor_control_plane_are_on_the_internet" {
  command = plan

  assert {
    condition     = google_container_cluster.main.private_cluster_config[0].enable_private_nodes
    error_message = "Nodes must have no public address."
  }
  assert {
    condition     = google_container_cluster.main.private_cluster_config[0].enable_private_endpoint
    error_message = "The control plane must have no public address."
  }
  assert {
    condition     = google_container_cluster.main.control_plane_endpoints_config[0].dns_endpoint_config[0].allow_external_traffic
    error_message = "Without the DNS endpoint nobody reaches the control plane from outside the network."
  }
  assert {
    condition     = length(google_container_cluster.main.master_authorized_networks_config[0].cidr_blocks) == 0
    error_message = "Nobody but the nodes may use the private address unless somebody is named."
  }
}

run "named_networks_reach_the_control_plane" {
  command = plan
  variables {
    authorized_networks = { vpn = "10.99.0.0/24" }
  }

  assert {
    condition     = one(google_container_cluster.main.master_authorized_networks_config[0].cidr_blocks).cidr_block == "10.99.0.0/24"
    error_message = "The VPN must be let in."
  }
}

run "nothing_runs_as_the_default_account" {
  command = apply

  assert {
    condition     = google_container_node_pool.main.node_config[0].service_account == google_service_account.nodes.email
    error_message = "Nodes must have an account of their own."
  }
  assert {
    condition     = google_container_cluster.main.node_config[0].service_account == google_service_account.nodes.email
    error_message = "The pool that GKE wants at first must not have the default account either."
  }
  assert {
    condition     = google_project_iam_member.nodes.role == "roles/container.defaultNodeServiceAccount"
    error_message = "Nodes have the one role that is made for them."
  }
  assert {
    condition     = output.node_service_account == google_service_account.nodes.member
    error_message = "A registry of another project lets the nodes in by this output."
  }
}

run "pods_are_principals_and_see_no_node_metadata" {
  command = plan

  assert {
    condition     = output.workload_pool == "dogs-test.svc.id.goog"
    error_message = "Workload Identity must be on, in the project's pool."
  }
  assert {
    condition     = google_container_node_pool.main.node_config[0].workload_metadata_config[0].mode == "GKE_METADATA"
    error_message = "A pod must not get the node's token."
  }
}

run "policies_are_enforced_and_gateways_made" {
  command = plan

  assert {
    condition     = google_container_cluster.main.datapath_provider == "ADVANCED_DATAPATH"
    error_message = "Without Dataplane V2 the NetworkPolicies of k8s/ are words."
  }
  assert {
    condition     = google_container_cluster.main.gateway_api_config[0].channel == "CHANNEL_STANDARD" && !google_container_cluster.main.addons_config[0].http_load_balancing[0].disabled
    error_message = "k8s/platform/gateway needs the Gateway API and its controller."
  }
  assert {
    condition     = !google_container_cluster.main.addons_config[0].dns_cache_config[0].enabled
    error_message = "The NetworkPolicies of k8s/ let pods ask kube-dns, not the node's cache."
  }
}

run "nodes_are_shielded" {
  command = plan

  assert {
    condition = google_container_cluster.main.enable_shielded_nodes && alltrue([
      for shield in google_container_node_pool.main.node_config[0].shielded_instance_config : shield.enable_secure_boot && shield.enable_integrity_monitoring
    ])
    error_message = "Nodes must prove what they boot."
  }
  assert {
    condition     = google_container_node_pool.main.node_config[0].kubelet_config[0].insecure_kubelet_readonly_port_enabled == "FALSE"
    error_message = "The kubelet's open port must be closed."
  }
}

run "secrets_are_encrypted_by_a_key_that_rotates" {
  command = apply

  assert {
    condition     = google_container_cluster.main.database_encryption[0].state == "ENCRYPTED" && google_container_cluster.main.database_encryption[0].key_name == google_kms_crypto_key.secrets.id
    error_message = "Secrets must be encrypted by our key."
  }
  assert {
    condition     = google_kms_crypto_key.secrets.rotation_period == "7776000s"
    error_message = "The key must rotate every 90 days."
  }
  assert {
    condition     = google_kms_crypto_key_iam_member.control_plane.member == "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com"
    error_message = "Google's control plane of this project, and nobody else, uses the key."
  }
}

run "versions_come_by_a_channel_in_a_window" {
  command = plan

  assert {
    condition     = google_container_cluster.main.release_channel[0].channel == "REGULAR"
    error_message = "Without a channel nobody patches the cluster."
  }
  assert {
    condition     = google_container_cluster.main.maintenance_policy[0].recurring_window[0].recurrence == "FREQ=WEEKLY;BYDAY=TU,WE,TH"
    error_message = "Upgrades must wait for their window."
  }
  assert {
    condition     = google_container_node_pool.main.upgrade_settings[0].max_unavailable == 0
    error_message = "An upgrade must bring a node before it takes one."
  }
}

run "nodes_scale_within_their_bounds" {
  command = plan

  assert {
    condition     = google_container_node_pool.main.autoscaling[0].total_min_node_count == 3 && google_container_node_pool.main.autoscaling[0].total_max_node_count == 12
    error_message = "The bounds count the nodes of all zones together."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan
  variables {
    backup = { namespaces = ["dogs"], schedule = "37 4 * * *", retain_days = 30, lock_days = 14 }
  }

  assert {
    condition     = google_container_cluster.main.deletion_protection
    error_message = "The cluster must be protected."
  }
  assert {
    condition     = google_kms_crypto_key.secrets.deletion_policy == "PREVENT"
    error_message = "The key must be protected: no Secret can be read without it."
  }
  assert {
    condition     = google_gke_backup_backup_plan.main[0].deletion_policy == "PREVENT"
    error_message = "The backup plan must be protected."
  }
}

run "backups_hold_volumes_and_cannot_be_deleted_early" {
  command = plan
  variables {
    location = "europe-west3-a"
    backup   = { namespaces = ["dogs"], schedule = "37 4 * * *", retain_days = 30, lock_days = 14 }
  }

  assert {
    condition     = google_gke_backup_backup_plan.main[0].backup_config[0].include_volume_data
    error_message = "A backup without volumes is a list of names."
  }
  assert {
    condition     = google_gke_backup_backup_plan.main[0].retention_policy[0].backup_delete_lock_days == 14
    error_message = "Nobody may delete a young backup."
  }
  assert {
    condition     = google_container_cluster.main.addons_config[0].gke_backup_agent_config[0].enabled
    error_message = "The plan needs its agent in the cluster."
  }
  assert {
    condition     = google_gke_backup_backup_plan.main[0].location == "europe-west3" && google_kms_key_ring.main.location == "europe-west3"
    error_message = "Plans and keys live in the region of a zonal cluster."
  }
}

run "no_plan_no_agent" {
  command = plan

  assert {
    condition     = length(google_gke_backup_backup_plan.main) == 0 && !google_container_cluster.main.addons_config[0].gke_backup_agent_config[0].enabled
    error_message = "Without a plan nothing of it must be there."
  }
}

run "kubectl_comes_by_the_dns_endpoint" {
  command = plan

  assert {
    condition     = output.credentials_command == "gcloud container clusters get-credentials test --project dogs-test --location europe-west3 --dns-endpoint"
    error_message = "The command must name cluster, project and place, and the endpoint that can be reached."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_project_id_for_its_number" {
  command = plan
  variables {
    project_number = "dogs-test"
  }
  expect_failures = [var.project_number]
}

run "refuses_a_name_that_leaves_no_room_for_the_account" {
  command = plan
  variables {
    name = "a-name-of-twenty-five-let"
  }
  expect_failures = [var.name]
}

run "refuses_a_place_that_is_none" {
  command = plan
  variables {
    location = "Frankfurt"
  }
  expect_failures = [var.location]
}

run "refuses_a_region_for_a_zone" {
  command = plan
  variables {
    node_locations = ["europe-west3"]
  }
  expect_failures = [var.node_locations]
}

run "refuses_a_network_without_its_project" {
  command = plan
  variables {
    network = "test"
  }
  expect_failures = [var.network]
}

run "refuses_a_network_for_its_subnet" {
  command = plan
  variables {
    subnetwork = "projects/dogs-test/global/networks/test"
  }
  expect_failures = [var.subnetwork]
}

run "refuses_a_range_for_its_name" {
  command = plan
  variables {
    range_names = { pods = "10.20.0.0/18", services = "services" }
  }
  expect_failures = [var.range_names]
}

run "refuses_a_tag_with_capitals" {
  command = plan
  variables {
    node_tag = "Test-Nodes"
  }
  expect_failures = [var.node_tag]
}

run "refuses_a_control_plane_of_another_size" {
  command = plan
  variables {
    control_plane_range = "172.16.0.0/24"
  }
  expect_failures = [var.control_plane_range]
}

run "refuses_a_network_that_is_no_range" {
  command = plan
  variables {
    authorized_networks = { office = "10.99.0.1" }
  }
  expect_failures = [var.authorized_networks]
}

run "refuses_to_let_everybody_in" {
  command = plan
  variables {
    authorized_networks = { all = "0.0.0.0/0" }
  }
  expect_failures = [var.authorized_networks]
}

run "refuses_no_channel" {
  command = plan
  variables {
    release_channel = "UNSPECIFIED"
  }
  expect_failures = [var.release_channel]
}

run "refuses_a_window_that_is_no_time" {
  command = plan
  variables {
    maintenance_window = { start_time = "01:00", end_time = "05:00", recurrence = "FREQ=DAILY" }
  }
  expect_failures = [var.maintenance_window]
}

run "refuses_a_window_that_is_too_short" {
  command = plan
  variables {
    maintenance_window = { start_time = "2026-01-06T01:00:00Z", end_time = "2026-01-06T03:00:00Z", recurrence = "FREQ=DAILY" }
  }
  expect_failures = [var.maintenance_window]
}

run "refuses_too_few_nodes" {
  command = plan
  variables {
    nodes = { machine_type = "e2-standard-4", minimum = 1, maximum = 12 }
  }
  expect_failures = [var.nodes]
}

run "refuses_bounds_the_wrong_way_round" {
  command = plan
  variables {
    nodes = { machine_type = "e2-standard-4", minimum = 6, maximum = 3 }
  }
  expect_failures = [var.nodes]
}

run "refuses_a_lock_longer_than_the_backup" {
  command = plan
  variables {
    backup = { namespaces = ["dogs"], schedule = "37 4 * * *", retain_days = 7, lock_days = 14 }
  }
  expect_failures = [var.backup]
}

run "refuses_a_backup_of_nothing" {
  command = plan
  variables {
    backup = { namespaces = [], schedule = "37 4 * * *", retain_days = 30, lock_days = 14 }
  }
  expect_failures = [var.backup]
}
