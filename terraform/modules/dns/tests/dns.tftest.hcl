mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/dogs-test/serviceAccounts/cert-manager@dogs-test.iam.gserviceaccount.com"
      email  = "cert-manager@dogs-test.iam.gserviceaccount.com"
      member = "serviceAccount:cert-manager@dogs-test.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_dns_managed_zone" {
    defaults = { name_servers = ["ns-cloud-a1.googledomains.com."] }
  }
  mock_resource "google_project_iam_custom_role" {
    defaults = { name = "projects/dogs-test/roles/dnsSomething" }
  }
}

variables {
  project_id      = "dogs-test"
  gateway_address = "203.0.113.7"
  zones = {
    dogs = {
      domain      = "dogs.example"
      hosts       = ["", "argocd"]
      delegations = { dev = ["ns-cloud-b1.googledomains.com."] }
    }
  }
}

run "the_gateways_names_lead_to_its_address" {
  command = plan

  assert {
    condition     = { for name, record in google_dns_record_set.gateway : record.name => one(record.rrdatas) } == { "dogs.example." = "203.0.113.7", "argocd.dogs.example." = "203.0.113.7" }
    error_message = "The domain itself and its hosts must lead to the gateway."
  }
}

run "zones_are_signed" {
  command = plan

  assert {
    condition     = google_dns_managed_zone.main["dogs"].dnssec_config[0].state == "on"
    error_message = "DNSSEC must be on."
  }
}

run "only_lets_encrypt_issues_certificates" {
  command = plan

  assert {
    condition     = google_dns_record_set.certificate_authority["dogs"].rrdatas == tolist(["0 issue \"letsencrypt.org\"", "0 issuewild \";\""])
    error_message = "CAA must name Let's Encrypt, and nobody for wildcards."
  }
}

run "other_projects_answer_for_their_names" {
  command = plan

  assert {
    condition     = google_dns_record_set.delegation["dev.dogs.example"].type == "NS" && google_dns_record_set.delegation["dev.dogs.example"].name == "dev.dogs.example."
    error_message = "dev must be delegated."
  }
}

run "cert_manager_is_the_serviceaccount_of_its_chart" {
  command = apply

  assert {
    condition     = google_service_account_iam_member.cert_manager.member == "serviceAccount:dogs-test.svc.id.goog[cert-manager/cert-manager]"
    error_message = "Namespace and ServiceAccount are those of argocd/applications/platform/cert-manager.yaml."
  }
  assert {
    condition     = output.cert_manager_account == "cert-manager@dogs-test.iam.gserviceaccount.com"
    error_message = "k8s/platform/cert-manager/values.yaml names cert-manager@PROJECT."
  }
}

run "cert_manager_writes_records_and_deletes_no_zone" {
  command = plan

  assert {
    condition     = length([for permission in google_project_iam_custom_role.record_writer.permissions : permission if !startswith(permission, "dns.changes.") && !startswith(permission, "dns.resourceRecordSets.")]) == 0
    error_message = "Records, and nothing about zones."
  }
  assert {
    condition     = google_project_iam_custom_role.zone_lister.permissions == toset(["dns.managedZones.get", "dns.managedZones.list"])
    error_message = "In the project it only looks for the zone."
  }
}

run "the_registrar_is_told_the_name_servers" {
  command = apply

  assert {
    condition     = keys(output.name_servers) == ["dogs.example"]
    error_message = "Name servers are told by domain, without the dot at its end."
  }
}

run "deletion_is_refused_unless_somebody_says_otherwise" {
  command = plan

  assert {
    condition     = google_dns_managed_zone.main["dogs"].deletion_policy == "PREVENT"
    error_message = "The zone must be protected: a new one has other name servers."
  }
}

run "refuses_a_project_with_capitals" {
  command = plan
  variables {
    project_id = "Dogs-Test"
  }
  expect_failures = [var.project_id]
}

run "refuses_no_zone" {
  command = plan
  variables {
    zones = {}
  }
  expect_failures = [var.zones]
}

run "refuses_a_domain_with_a_dot_at_its_end" {
  command = plan
  variables {
    zones = { dogs = { domain = "dogs.example." } }
  }
  expect_failures = [var.zones]
}

run "refuses_a_name_server_without_one" {
  command = plan
  variables {
    zones = { dogs = { domain = "dogs.example", delegations = { dev = ["ns1.example.com"] } } }
  }
  expect_failures = [var.zones]
}

run "refuses_a_name_for_an_address" {
  command = plan
  variables {
    gateway_address = "dogs.example"
  }
  expect_failures = [var.gateway_address]
}
