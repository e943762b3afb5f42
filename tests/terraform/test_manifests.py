"""What k8s/ and argocd/ expect of the clouds, by the names they use, is what the environments' plans make."""

import re
import unittest

import yaml

from . import plans
from .workspace import ROOT

# The environments of k8s/overlays on each cluster.
OVERLAYS = {"nonproduction": ("dev", "staging"), "production": ("production",)}
# The folders of k8s/platform with secrets, production's; each has one of the same name for nonproduction.
ACCESS = ("argo-cd/access", "monitoring/access")
STORES = (
    "k8s/components/external-secrets/secretstore.yaml",
    *(f"k8s/platform/{access}/secretstore.yaml" for access in ACCESS),
)


def documents(path: str) -> list[dict]:
    return list(yaml.safe_load_all((ROOT / path).read_text()))


def document(path: str) -> dict:
    (only,) = documents(path)
    return only


def patched(path: str, kind: str) -> dict[str, object]:
    """The values that a kustomization writes into the object of a kind, by path."""
    for patch in document(path)["patches"]:
        if patch["target"]["kind"] == kind:
            return {change["path"]: change["value"] for change in yaml.safe_load(patch["patch"])}
    raise LookupError(f"{path} patches no {kind}")


class Secrets(unittest.TestCase):
    def asked_for(self, cluster: str) -> dict[str, str]:
        """The keys that External Secrets asks the store for, and the namespace in which it asks."""
        keys = {}
        for access in ACCESS:
            for external in documents(f"k8s/platform/{access}/secrets.yaml"):
                namespace = external["metadata"]["namespace"]
                for source in external["spec"].get("dataFrom", []):
                    keys[source["extract"]["key"]] = namespace
                for value in external["spec"].get("data", []):
                    keys[value["remoteRef"]["key"]] = namespace
        for overlay in OVERLAYS[cluster]:
            namespace = document(f"k8s/overlays/{overlay}/kustomization.yaml")["namespace"]
            of_the_chart = document(f"k8s/overlays/{overlay}/values.yaml")["externalSecret"]
            keys[of_the_chart["password"]["key"]] = namespace
            keys[of_the_chart["migrationsPassword"]["key"]] = namespace
            for value in document(f"k8s/overlays/{overlay}/external-secrets.yaml")["spec"]["data"]:
                keys[value["remoteRef"]["key"]] = namespace
        return keys

    def test_every_key_is_there_and_read_by_the_one_who_asks(self):
        for cluster in plans.NAMES:
            with self.subTest(cluster):
                readers = {}
                for address, grant in plans.resources(cluster, "google_secret_manager_secret_iam_member").items():
                    key = re.search(r'\["(.+)"\]', address).group(1)
                    pool = f"projects/{plans.NUMBER}/locations/global/workloadIdentityPools/{plans.project(cluster)}.svc.id.goog"
                    subject = re.fullmatch(
                        rf"principal://iam\.googleapis\.com/{re.escape(pool)}/subject/ns/(.+)/sa/secret-reader",
                        grant["member"],
                    )
                    readers[key] = subject.group(1)
                self.assertEqual(readers, self.asked_for(cluster))

    def test_the_reader_is_the_stores_own(self):
        for path in STORES:
            store = next(d for d in documents(path) if d["kind"] == "SecretStore")
            self.assertEqual(
                store["spec"]["provider"]["gcpsm"]["auth"]["workloadIdentity"]["serviceAccountRef"]["name"],
                "secret-reader",
                path,
            )

    def test_stores_look_into_their_clusters_project(self):
        project = {name: plans.project(name) for name in plans.NAMES}
        key = "/spec/provider/gcpsm/projectID"
        shared = document("k8s/components/external-secrets/secretstore.yaml")["spec"]["provider"]["gcpsm"]["projectID"]
        own = document("k8s/overlays/production/secret-project.yaml")["spec"]["provider"]["gcpsm"]["projectID"]
        self.assertEqual((shared, own), (project["nonproduction"], project["production"]))
        for access in ACCESS:
            store = next(d for d in documents(f"k8s/platform/{access}/secretstore.yaml") if d["kind"] == "SecretStore")
            self.assertEqual(store["spec"]["provider"]["gcpsm"]["projectID"], project["production"], access)
            elsewhere = patched(f"k8s/platform/{access}-nonproduction/kustomization.yaml", "SecretStore")
            self.assertEqual(elsewhere[key], project["nonproduction"], access)

    def test_every_folder_with_secrets_is_known_here(self):
        found = {
            path.parent.relative_to(ROOT / "k8s/platform") for path in (ROOT / "k8s/platform").glob("**/secrets.yaml")
        }
        self.assertEqual({str(path) for path in found}, set(ACCESS))

    def test_what_only_a_person_can_know_is_not_generated(self):
        for cluster in plans.NAMES:
            by_hand = plans.planned(cluster)["planned_values"]["outputs"]["secrets_by_hand"]["value"]
            generated = {
                re.search(r'\["(.+)"\]', address).group(1)
                for address in plans.resources(cluster, "google_secret_manager_secret_version")
            }
            self.assertEqual(set(by_hand) | generated, set(self.asked_for(cluster)))
            self.assertFalse(set(by_hand) & generated)
            # Passwords and the webhook's word are nobody's to choose; keys of others come from them.
            self.assertEqual(
                generated,
                {key for key in self.asked_for(cluster) if re.search("mysql(-root|-migrations)?$|webhook$", key)},
            )


class Names(unittest.TestCase):
    def addressed(self, cluster: str) -> set[str]:
        records = {
            address: record
            for address, record in plans.resources(cluster, "google_dns_record_set").items()
            if ".gateway[" in address
        }
        return {record["name"].rstrip(".") for record in records.values()}

    def test_every_name_of_the_certificates_leads_to_the_gateway(self):
        for cluster in plans.NAMES:
            names = patched(f"k8s/platform/gateway/{cluster}/kustomization.yaml", "Certificate")["/spec/dnsNames"]
            self.assertEqual(self.addressed(cluster), set(names), cluster)

    def test_every_host_of_the_overlays_leads_to_the_gateway(self):
        for cluster, overlays in OVERLAYS.items():
            for overlay in overlays:
                hosts = document(f"k8s/overlays/{overlay}/values.yaml")["gateway"]["hostnames"]
                self.assertLessEqual(set(hosts), self.addressed(cluster), overlay)

    def test_issuers_prove_names_in_the_project_that_has_their_zones(self):
        for file in ("letsencrypt-staging", "letsencrypt-production"):
            (solver,) = document(f"k8s/platform/cert-manager/issuers/{file}.yaml")["spec"]["acme"]["solvers"]
            self.assertEqual(solver["dns01"]["cloudDNS"]["project"], plans.project("production"))
        elsewhere = patched("k8s/platform/cert-manager/issuers-nonproduction/kustomization.yaml", "ClusterIssuer")
        self.assertEqual(list(elsewhere.values()), [plans.project("nonproduction")])

    def test_cert_manager_is_who_the_zones_let_write(self):
        annotations = document("k8s/platform/cert-manager/values.yaml")["serviceAccount"]["annotations"]
        account = plans.resource("production", "google_service_account", "module.dns")["account_id"]
        self.assertEqual(
            annotations,
            {"iam.gke.io/gcp-service-account": f"{account}@{plans.project('production')}.iam.gserviceaccount.com"},
        )
        patch = patched("argocd/clusters/nonproduction/kustomization.yaml", "Application")
        text = (ROOT / "argocd/clusters/nonproduction/kustomization.yaml").read_text()
        self.assertTrue(patch)
        self.assertIn(f"{account}@{plans.project('nonproduction')}.iam.gserviceaccount.com", text)

    def test_cert_manager_runs_where_it_is_let_in(self):
        destination = document("argocd/applications/platform/cert-manager.yaml")["spec"]["destination"]["namespace"]
        release = document("argocd/applications/platform/cert-manager.yaml")["spec"]["sources"][0]["helm"][
            "releaseName"
        ]
        for cluster in plans.NAMES:
            grant = plans.resource(cluster, "google_service_account_iam_member", "module.dns")
            self.assertEqual(
                grant["member"], f"serviceAccount:{plans.project(cluster)}.svc.id.goog[{destination}/{release}]"
            )

    def test_the_gateway_takes_the_address_that_the_records_name(self):
        for cluster in plans.NAMES:
            address = plans.resources(cluster, "google_compute_global_address")[
                "module.network.google_compute_global_address.gateway"
            ]
            gateway = patched(f"k8s/platform/gateway/{cluster}/kustomization.yaml", "Gateway")
            self.assertEqual(gateway["/spec/addresses"], [{"type": "NamedAddress", "value": address["name"]}], cluster)
            self.assertTrue(
                gateway["/spec/gatewayClassName"].startswith("gke-l7-global-"), "the address is a global one"
            )


class Logs(unittest.TestCase):
    def test_lokis_buckets_and_account_are_there(self):
        values = document("k8s/platform/logging/loki-production.yaml")
        buckets = {
            bucket["name"] for bucket in plans.resources("production", "google_storage_bucket", "module.logs").values()
        }
        self.assertEqual(set(values["loki"]["storage"]["bucketNames"].values()), buckets)
        account, project = (
            plans.resource("production", "google_service_account", "module.logs")["account_id"],
            plans.project("production"),
        )
        self.assertEqual(
            values["serviceAccount"]["annotations"],
            {"iam.gke.io/gcp-service-account": f"{account}@{project}.iam.gserviceaccount.com"},
        )
        spec = document("argocd/applications/platform/loki.yaml")["spec"]
        grant = plans.resource("production", "google_service_account_iam_member", "module.logs")
        self.assertEqual(
            grant["member"],
            f"serviceAccount:{project}.svc.id.goog[{spec['destination']['namespace']}/{spec['sources'][0]['helm']['releaseName']}]",
        )


class Backups(unittest.TestCase):
    def bucket(self, cluster: str, module: str) -> str:
        return plans.resource(cluster, "google_storage_bucket", f"module.{module}")["name"]

    def test_the_operators_buckets_are_there_and_nobody_shares_one(self):
        of_production = document("k8s/components/mysql-replicated/cluster.yaml")["spec"]["backup"]["storages"]["gcs"][
            "gcs"
        ]["bucket"]
        of_staging = document("k8s/overlays/staging/small-mysql.yaml")["spec"]["backup"]["storages"]["gcs"]["gcs"][
            "bucket"
        ]
        self.assertEqual(of_production, self.bucket("production", "mysql_backups"))
        self.assertEqual(of_staging, self.bucket("nonproduction", "mysql_backups"))
        self.assertNotEqual(of_production, of_staging)

    def test_the_programs_bucket_is_there_and_its_backup_writes_to_it(self):
        (patch, *_) = [
            change for change in document("k8s/components/backup-gcs/volume.yaml") if "volumes" in change["path"]
        ]
        self.assertEqual(patch["value"]["csi"]["volumeAttributes"]["bucketName"], self.bucket("production", "backups"))
        account = document("k8s/components/backup/serviceaccount.yaml")["metadata"]["name"]
        grant = plans.resource("production", "google_storage_bucket_iam_member", "module.backups")
        self.assertTrue(grant["member"].endswith(f"/subject/ns/dog-gif-app-production/sa/{account}"), grant["member"])
        self.assertEqual(grant["role"], "roles/storage.objectUser")

    def test_clusters_are_called_as_in_argo_cd(self):
        folders = {path.name for path in (ROOT / "argocd/clusters").iterdir()} - {"local"}
        self.assertEqual(folders, set(plans.NAMES))
