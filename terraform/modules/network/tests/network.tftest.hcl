mock_provider "google" {
  mock_resource "google_compute_network" {
    defaults = { id = "projects/dogs-test/global/networks/test" }
  }
  mock_resource "google_compute_subnetwork" {
    defaults = { id = "projects/dogs-test/regions/europe-west3/subnetworks/test-nodes" }
  }
}

# The other address is given, and OpenTofu lets no mock speak over it.
override_resource {
  target = google_compute_global_address.gateway
  values = { address = "203.0.113.7" }
}

variables {
  name   = "test"
  region = "europe-west3"
  ranges = {
    nodes            = "10.10.0.0/22"
    pods             = "10.20.0.0/18"
    services         = "10.30.0.0/20"
    control_plane    = "172.16.0.0/28"
    managed_services = "10.40.0.0/20"
  }
}

run "nothing_is_made_by_itself" {
  command = plan

  assert {
    condition     = !google_compute_network.main.auto_create_subnetworks
    error_message = "A network that makes subnets by itself has one in every region of the world."
  }
}

run "pods_and_services_have_ranges_of_their_own" {
  command = plan

  assert {
    condition     = { for range in google_compute_subnetwork.nodes.secondary_ip_range : range.range_name => range.ip_cidr_range } == { pods = "10.20.0.0/18", services = "10.30.0.0/20" }
    error_message = "The cluster asks for the ranges pods and services."
  }
  assert {
    condition     = output.range_names == { pods = "pods", services = "services" }
    error_message = "The outputs name the ranges by their use."
  }
}

run "nodes_go_out_by_the_nat_and_to_google_directly" {
  command = apply

  assert {
    condition     = google_compute_subnetwork.nodes.private_ip_google_access
    error_message = "Without it nodes that have no public address cannot pull from Google's registries."
  }
  assert {
    condition     = one(google_compute_router_nat.main.subnetwork).name == google_compute_subnetwork.nodes.id
    error_message = "The NAT is for the nodes' subnet."
  }
  assert {
    condition     = one(one(google_compute_router_nat.main.subnetwork).source_ip_ranges_to_nat) == "ALL_IP_RANGES"
    error_message = "Pods go out as nodes do."
  }
}

run "flows_are_logged" {
  command = plan

  assert {
    condition     = google_compute_subnetwork.nodes.log_config[0].flow_sampling > 0
    error_message = "Nobody could say afterwards who talked to whom."
  }
}

run "only_the_control_plane_reaches_the_webhooks" {
  command = plan

  assert {
    condition     = google_compute_firewall.webhooks.source_ranges == toset(["172.16.0.0/28"])
    error_message = "The firewall is open for the control plane and for nobody else."
  }
  assert {
    condition     = google_compute_firewall.webhooks.target_tags == toset([output.node_tag])
    error_message = "The firewall is open to nodes and to nothing else."
  }
  assert {
    condition     = one(google_compute_firewall.webhooks.allow).ports == tolist(["9443"])
    error_message = "Webhooks listen on 9443."
  }
}

run "managed_services_get_the_range_that_was_given" {
  command = plan

  assert {
    condition     = "${google_compute_global_address.managed_services.address}/${google_compute_global_address.managed_services.prefix_length}" == "10.40.0.0/20"
    error_message = "The address and the length are those of the range."
  }
}

run "the_gateways_address_has_the_name_that_its_manifest_takes" {
  command = apply

  assert {
    condition     = google_compute_global_address.gateway.name == "public" && output.gateway_address_name == "public"
    error_message = "k8s/platform/gateway takes the address `public`."
  }
  assert {
    condition     = output.gateway_address == google_compute_global_address.gateway.address
    error_message = "The address is an output, for the DNS."
  }
}

run "refuses_a_name_with_capitals" {
  command = plan
  variables {
    name = "Test"
  }
  expect_failures = [var.name]
}

run "refuses_a_zone_for_a_region" {
  command = plan
  variables {
    region = "europe-west3-a"
  }
  expect_failures = [var.region]
}

run "refuses_what_is_no_range" {
  command = plan
  variables {
    ranges = {
      nodes            = "10.10.0.0"
      pods             = "10.20.0.0/18"
      services         = "10.30.0.0/20"
      control_plane    = "172.16.0.0/28"
      managed_services = "10.40.0.0/20"
    }
  }
  expect_failures = [var.ranges]
}

run "refuses_a_control_plane_of_another_size" {
  command = plan
  variables {
    ranges = {
      nodes            = "10.10.0.0/22"
      pods             = "10.20.0.0/18"
      services         = "10.30.0.0/20"
      control_plane    = "172.16.0.0/24"
      managed_services = "10.40.0.0/20"
    }
  }
  expect_failures = [var.ranges]
}

run "refuses_ranges_one_in_the_other" {
  command = plan
  variables {
    ranges = {
      nodes            = "10.20.32.0/22"
      pods             = "10.20.0.0/18"
      services         = "10.30.0.0/20"
      control_plane    = "172.16.0.0/28"
      managed_services = "10.40.0.0/20"
    }
  }
  expect_failures = [var.ranges]
}

run "refuses_the_same_range_twice" {
  command = plan
  variables {
    ranges = {
      nodes            = "10.10.0.0/22"
      pods             = "10.20.0.0/18"
      services         = "10.40.0.0/20"
      control_plane    = "172.16.0.0/28"
      managed_services = "10.40.0.0/20"
    }
  }
  expect_failures = [var.ranges]
}

run "refuses_a_port_that_is_none" {
  command = plan
  variables {
    webhook_ports = [0]
  }
  expect_failures = [var.webhook_ports]
}

run "refuses_an_address_name_with_a_dot" {
  command = plan
  variables {
    gateway_address_name = "public.address"
  }
  expect_failures = [var.gateway_address_name]
}
