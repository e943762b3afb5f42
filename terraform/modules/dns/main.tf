# Zones of the DNS, the addresses in them, and cert-manager's right to prove to Let's Encrypt that they are ours.

resource "google_dns_managed_zone" "main" {
  for_each    = var.zones
  name        = each.key
  dns_name    = "${each.value.domain}."
  description = "${each.value.domain}, for Dog Gif App"

  dnssec_config {
    state = "on"
    # A resolver that is told that a name does not exist need not be told which others do.
    non_existence = "nsec3"
  }
  cloud_logging_config {
    # A line for each question costs more than it tells.
    enable_logging = false
  }
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"
}

# The gateway's, for each name that it serves; the apex is the empty name.
resource "google_dns_record_set" "gateway" {
  for_each = merge([
    for zone, value in var.zones : {
      for host in value.hosts : join(".", compact([host, value.domain])) => zone
    }
  ]...)
  managed_zone = google_dns_managed_zone.main[each.value].name
  name         = "${each.key}."
  type         = "A"
  # Short, as a new cluster may have another address.
  ttl     = 300
  rrdatas = [var.gateway_address]
}

# Nobody but Let's Encrypt may issue certificates for these names.
resource "google_dns_record_set" "certificate_authority" {
  for_each     = var.zones
  managed_zone = google_dns_managed_zone.main[each.key].name
  name         = google_dns_managed_zone.main[each.key].dns_name
  type         = "CAA"
  ttl          = 3600
  rrdatas      = ["0 issue \"letsencrypt.org\"", "0 issuewild \";\""]
}

# Names that another project answers for.
resource "google_dns_record_set" "delegation" {
  for_each = merge([
    for zone, value in var.zones : {
      for host, servers in value.delegations : "${host}.${value.domain}" => { zone = zone, servers = servers }
    }
  ]...)
  managed_zone = google_dns_managed_zone.main[each.value.zone].name
  name         = "${each.key}."
  type         = "NS"
  ttl          = 3600
  rrdatas      = each.value.servers
}

# cert-manager proves a name by a record in its zone (DNS-01). It finds the zone by listing them, which is a right on the
# project; what it writes, it may write in these zones only, and it may not delete one.
resource "google_service_account" "cert_manager" {
  account_id   = "cert-manager"
  display_name = "cert-manager, for DNS-01"
}

resource "google_service_account_iam_member" "cert_manager" {
  service_account_id = google_service_account.cert_manager.name
  role               = "roles/iam.workloadIdentityUser"
  # Namespace and ServiceAccount of the chart (argocd/applications/platform/cert-manager.yaml).
  member = "serviceAccount:${var.project_id}.svc.id.goog[cert-manager/cert-manager]"
}

resource "google_project_iam_custom_role" "zone_lister" {
  role_id     = "dnsZoneLister"
  title       = "DNS zone lister"
  description = "Sees which zones there are"
  permissions = ["dns.managedZones.get", "dns.managedZones.list"]
}

resource "google_project_iam_custom_role" "record_writer" {
  role_id     = "dnsRecordWriter"
  title       = "DNS record writer"
  description = "Writes records, and cannot touch the zone itself"
  permissions = [
    "dns.changes.create",
    "dns.changes.get",
    "dns.changes.list",
    "dns.resourceRecordSets.create",
    "dns.resourceRecordSets.delete",
    "dns.resourceRecordSets.get",
    "dns.resourceRecordSets.list",
    "dns.resourceRecordSets.update",
  ]
}

resource "google_project_iam_member" "cert_manager" {
  project = var.project_id
  role    = google_project_iam_custom_role.zone_lister.name
  member  = google_service_account.cert_manager.member
}

resource "google_dns_managed_zone_iam_member" "cert_manager" {
  for_each     = var.zones
  managed_zone = google_dns_managed_zone.main[each.key].name
  role         = google_project_iam_custom_role.record_writer.name
  member       = google_service_account.cert_manager.member
}
