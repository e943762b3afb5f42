"""What the environments would make: their plans, made offline."""

import ipaddress
import itertools
import re
import unittest

from . import plans, providers, schemas
from .folder import Folder, copy
from .workspace import PROJECT, REPOSITORY

# A value that is wrong, and how the refusal begins.
WRONG = {
    "project_id": ("Dogs", "project_id must have 6 to 30 lower-case letters"),
    "project_number": ("dogs", "project_number must be the project's number"),
    "region": ("europe-west3-a", "region must be a region of Google Cloud"),
    "domain": ("dogs.example.", "domain must be in lower case and without a dot at its end"),
    "github_repository": ("app", "github_repository must be owner/name."),
    "github_repository_id": ("dogs/app", "github_repository_id must be the repository's number"),
    "nonproduction_project_id": (
        PROJECT["productionProject"],
        "nonproduction_project_id must be a project id, and another one",
    ),
}


def words(text: str) -> str:
    """Without the frame that Terraform draws around an error, and its line breaks."""
    return re.sub(r"\s+", " ", re.sub(r"[│╷╵]", "", text))


class Both(unittest.TestCase):
    def test_nodes_and_control_plane_are_private(self):
        for name in plans.NAMES:
            with self.subTest(name):
                cluster = plans.resource(name, "google_container_cluster")
                (private,) = cluster["private_cluster_config"]
                self.assertTrue(private["enable_private_nodes"] and private["enable_private_endpoint"])
                self.assertEqual(cluster["master_authorized_networks_config"][0]["cidr_blocks"], [])

    def test_the_cluster_is_called_as_argo_cd_calls_it(self):
        for name in plans.NAMES:
            with self.subTest(name):
                self.assertEqual(plans.resource(name, "google_container_cluster")["name"], name)

    def test_nobody_is_owner_or_editor(self):
        for name in plans.NAMES:
            with self.subTest(name):
                roles = {
                    grant["role"]
                    for grant in plans.resources(name, "google_project_iam_member").values()
                    if grant.get("role")
                }
                self.assertGreater(len(roles), 10)
                self.assertFalse(roles & {"roles/owner", "roles/editor"})

    def test_github_comes_in_by_repository_and_environment_only(self):
        for name in plans.NAMES:
            with self.subTest(name):
                condition = plans.resource(name, "google_iam_workload_identity_pool_provider")["attribute_condition"]
                self.assertTrue(condition.startswith(f"assertion.repository == '{REPOSITORY}' && ("), condition)
                self.assertIn(
                    f"(assertion.sub == 'repo:{REPOSITORY}:environment:{name}' && assertion.ref == 'refs/heads/main')",
                    condition,
                )

    def test_there_are_no_keys_of_accounts(self):
        for name in plans.NAMES:
            with self.subTest(name):
                types = {change["type"] for change in plans.planned(name)["resource_changes"]}
                self.assertFalse(types & {"google_service_account_key", "google_storage_hmac_key"})

    def test_accounts_are_called_as_google_takes_it(self):
        """The stand-in takes any name; `loki` was one that the real provider refused."""
        for name in plans.NAMES:
            with self.subTest(name):
                for address, account in plans.resources(name, "google_service_account").items():
                    self.assertRegex(account["account_id"], r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$", address)

    def test_generated_words_are_write_only(self):
        for name in plans.NAMES:
            with self.subTest(name):
                for address, version in plans.resources(name, "google_secret_manager_secret_version").items():
                    # What is known after the apply only is in no plan, and would be in the state.
                    planned = {key: version.get(key, "unknown") for key in ("secret_data", "secret_data_wo")}
                    self.assertEqual(planned, {"secret_data": None, "secret_data_wo": None}, address)

    def test_wrong_values_get_their_sentence(self):
        for name in plans.NAMES:
            folder = plans.environment(name)
            for variable, (value, sentence) in WRONG.items():
                if variable == "nonproduction_project_id" and name == "nonproduction":
                    continue
                with self.subTest(f"{name}: {variable}"):
                    printed = folder.run("plan", "-input=false", "-lock=false", f"-var={variable}={value}", status=1)
                    self.assertIn(sentence, words(printed))

    def test_a_value_that_is_missing_is_named(self):
        folder = plans.environment("production")
        del folder.variables["TF_VAR_project_number"]
        printed = folder.run("plan", "-input=false", "-lock=false", status=1)
        self.assertIn('The root module input variable "project_number" is not set', words(printed))


class Production(unittest.TestCase):
    def test_what_cannot_be_had_again_is_protected(self):
        protected = {
            "google_container_cluster": {"deletion_protection": True},
            "google_kms_crypto_key": {"deletion_policy": "PREVENT"},
            "google_gke_backup_backup_plan": {"deletion_policy": "PREVENT"},
            "google_storage_bucket": {"deletion_policy": "PREVENT"},
            "google_secret_manager_secret": {"deletion_protection": True},
            "google_dns_managed_zone": {"deletion_policy": "PREVENT"},
            "google_artifact_registry_repository": {"deletion_policy": "PREVENT"},
        }
        for type, protection in protected.items():
            for address, planned in plans.resources("production", type).items():
                with self.subTest(address):
                    self.assertEqual({key: planned[key] for key in protection}, protection)

    def test_the_cluster_stands_in_three_zones_and_is_backed_up(self):
        self.assertEqual(plans.resource("production", "google_container_cluster")["location"], "europe-west3")
        (config,) = plans.resource("production", "google_gke_backup_backup_plan")["backup_config"]
        self.assertEqual(config["selected_namespaces"], [{"namespaces": ["dog-gif-app-production"]}])

    def test_the_operator_may_delete_what_it_no_longer_keeps(self):
        """Percona keeps 14 nights; a retention of 14 days or more would refuse the deletion of the fifteenth."""
        (retention,) = plans.resource("production", "google_storage_bucket", "module.mysql_backups")["retention_policy"]
        self.assertTrue(retention["is_locked"])
        self.assertLess(int(retention["retention_period"]), 14 * 24 * 60 * 60)

    def test_the_registry_lets_the_other_environments_nodes_read(self):
        readers = {
            grant.get("member")
            for grant in plans.resources("production", "google_artifact_registry_repository_iam_member").values()
        }
        account = plans.resource("nonproduction", "google_service_account", "module.cluster")["account_id"]
        self.assertIn(f"serviceAccount:{account}@{plans.project('nonproduction')}.iam.gserviceaccount.com", readers)

    def test_it_shares_no_addresses_with_the_other_environment(self):
        ranges = []
        for name in plans.NAMES:
            subnet = plans.resource(name, "google_compute_subnetwork")
            ranges += [subnet["ip_cidr_range"], *(range["ip_cidr_range"] for range in subnet["secondary_ip_range"])]
            ranges += plans.resource(name, "google_compute_firewall")["source_ranges"]
            peering = plans.resources(name, "google_compute_global_address")[
                "module.network.google_compute_global_address.managed_services"
            ]
            ranges.append(f"{peering['address']}/{peering['prefix_length']}")
        self.assertEqual(len(ranges), 10)
        for one, other in itertools.combinations(map(ipaddress.ip_network, ranges), 2):
            self.assertFalse(one.overlaps(other), f"{one} and {other}")


class Standin(unittest.TestCase):
    def test_it_knows_only_what_the_real_providers_know(self):
        if not providers.real():
            self.skipTest("the comparison of the stand-in with the real providers")
        self.assertEqual(schemas.differences(), [])

    def test_an_argument_that_does_not_exist_is_refused(self):
        path = copy() / "terraform/modules/network"
        main = path / "main.tf"
        main.write_text(main.read_text().replace("private_ip_google_access =", "private_google_access ="))
        folder = Folder(path, providers.standin())
        folder.run("init", "-input=false")
        self.assertIn(
            'An argument named "private_google_access" is not expected here', words(folder.run("validate", status=1))
        )
