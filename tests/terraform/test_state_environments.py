"""The environments from nothing to nothing: applied by the stand-in, their states in the backend that they name."""

import json
import re
import subprocess
import unittest

from . import bootstrap, emulator, plans, providers
from .folder import Folder, copy


class Environments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        bootstrap.applied()

    def applied(self, name: str) -> Folder:
        """By the script that people and workflows use."""
        root = copy()
        folder = Folder(
            root / "terraform/environments" / name, providers.standin(), plans.VARIABLES | emulator.environment()
        )
        self.root = root
        self.script(folder, "apply")
        return folder

    def script(self, folder: Folder, action: str, status: int = 0) -> str:
        done = subprocess.run(
            ["tests/scripts/infrastructure.sh", action, folder.path.name],
            cwd=self.root,
            env=folder.environment() | {"TERRAFORM": providers.PROGRAM, "CI": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def state(self, name: str) -> dict:
        settings = emulator.backend(copy() / "terraform/environments" / name)
        stored = emulator.client("s3").get_object(Bucket=settings["bucket"], Key=settings["key"])
        return json.load(stored["Body"])

    def test_nonproduction_from_nothing_to_nothing(self):
        folder = self.applied("nonproduction")
        self.assertIn("No changes.", self.script(folder, "drift"))
        self.assertGreater(len(folder.run("state", "list").splitlines()), 90)

        delegations = json.loads(folder.run("output", "-json", "delegations"))
        self.assertEqual(sorted(delegations), ["argocd-nonproduction", "dev", "grafana-nonproduction", "staging"])

        text = json.dumps(self.state("nonproduction"))
        self.assertIn("dog-gif-app-dev-mysql-root", text)
        self.assertFalse(re.findall(r"\b[A-Za-z0-9]{40}\b", text), "a generated word has 40 letters and digits")

        # Somebody changes something by hand, as a state that knows of less.
        folder.run("state", "rm", "module.network.google_compute_firewall.webhooks")
        printed = self.script(folder, "drift", status=2)
        self.assertIn("Plan: 1 to add, 0 to change, 0 to destroy.", printed)
        self.assertIn("nonproduction is otherwise than Git says", printed)

        folder.run("destroy", "-input=false", "-auto-approve")
        self.assertEqual(self.state("nonproduction")["resources"], [])

    def test_production_takes_nonproductions_delegations_and_refuses_to_be_destroyed(self):
        folder = self.applied("production")
        before = folder.run("state", "list")
        folder.variables["TF_VAR_delegations"] = json.dumps({"dev": ["ns-dev.example."]})
        self.assertIn("Plan: 1 to add, 0 to change, 0 to destroy.", self.script(folder, "plan"))

        printed = folder.run("destroy", "-input=false", "-auto-approve", status=1)
        self.assertRegex(" ".join(printed.split()), r"terraform_data\.guard has (lifecycle\.)?prevent_destroy set")
        self.assertEqual(folder.run("state", "list"), before, "nothing may be gone")

    def test_production_refuses_to_delete_its_cluster_alone(self):
        folder = plans.environment("production", providers.standin())
        folder.run("apply", "-input=false", "-auto-approve")
        # What hangs on the cluster would go first, and its backup plan is protected too.
        printed = folder.run(
            "destroy", "-input=false", "-auto-approve", "-target=module.cluster.google_container_cluster.main", status=1
        )
        self.assertIn("google_gke_backup_backup_plan is protected from deletion", printed)
        folder.run("state", "rm", "module.cluster.google_gke_backup_backup_plan.main")
        printed = folder.run(
            "destroy", "-input=false", "-auto-approve", "-target=module.cluster.google_container_cluster.main", status=1
        )
        self.assertIn("google_container_cluster is protected from deletion", printed)
        self.assertIn("module.cluster.google_container_cluster.main", folder.run("state", "list"))
