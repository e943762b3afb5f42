output "network" {
  description = "Id of the network"
  value       = google_compute_network.main.id
}

output "subnetwork" {
  description = "Id of the nodes' subnet"
  value       = google_compute_subnetwork.nodes.id
}

output "node_tag" {
  description = "Network tag that the control plane's way to the webhooks is open for"
  value       = local.node_tag
}

output "range_names" {
  description = "Names of the subnet's secondary ranges: `pods` and `services`"
  value       = { for range in google_compute_subnetwork.nodes.secondary_ip_range : range.range_name => range.range_name }
}

output "gateway_address" {
  description = "Address under which visitors come"
  value       = google_compute_global_address.gateway.address
}

output "gateway_address_name" {
  description = "Name of that address: `spec.addresses` of the Gateway in k8s/platform/gateway"
  value       = google_compute_global_address.gateway.name
}
