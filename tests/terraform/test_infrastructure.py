"""The script by which people and workflows plan and apply: what it says when something is missing."""

import shutil
import subprocess
import unittest

from . import providers
from .folder import copy
from .workspace import ROOT

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "emulated", "GOOGLE_OAUTH_ACCESS_TOKEN": "none"}


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = copy()

    def refused(self, *arguments, **variables):
        """One sentence, and nothing written."""
        done = subprocess.run(
            ["tests/scripts/infrastructure.sh", *arguments],
            cwd=self.root,
            env=providers.environment() | {"TERRAFORM": providers.PROGRAM} | variables,
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse(list(self.root.glob("**/.terraform*")))
        return done.stderr

    def test_an_unknown_action(self):
        self.assertIn("plan, apply or drift", self.refused("destroy", "production", **CREDENTIALS))

    def test_an_unknown_environment(self):
        self.assertIn(
            "there is no environment `staging`; there are: nonproduction production", self.refused("plan", "staging")
        )

    def test_no_program(self):
        # What the script calls until then, and no more: a package may have put a Terraform beside it.
        programs = self.root / "programs"
        programs.mkdir()
        for program in ("dirname", "paste"):
            (programs / program).symlink_to(shutil.which(program))
        self.assertIn("neither terraform nor tofu", self.refused("plan", "production", TERRAFORM="", PATH=str(programs)))

    def test_another_program_than_the_one_that_wrote_the_lock_file(self):
        """It names the registry of its own program, and the other one finds nothing in it."""
        root = copy()
        (root / "terraform/environments/production/.terraform.lock.hcl").write_text(
            'provider "registry.opentofu.org/hashicorp/google" {\n  version = "7.45.0"\n}\n'
        )
        programs = root / "programs"
        programs.mkdir()
        for program in ("dirname", "paste", "grep"):
            (programs / program).symlink_to(shutil.which(program))
        for program in ("terraform", "tofu"):
            (programs / program).write_text(f"#!{shutil.which('bash')}\necho {program} \"$1\"\n")
            (programs / program).chmod(0o755)
        command = ["tests/scripts/infrastructure.sh", "plan", "production"]
        environment = {"PATH": str(programs), "HOME": str(root), "TF_VAR_project_number": "123456789012"} | CREDENTIALS

        def run(status):
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, status, done.stderr)
            return done.stdout + done.stderr

        self.assertEqual(run(0), "tofu plan\ntofu init\n")
        (programs / "tofu").unlink()
        self.assertIn("there is no tofu in PATH, whose lock file of providers this is", run(1))

    def test_no_credentials_for_the_state(self):
        self.assertIn("no credentials of AWS", self.refused("plan", "production", GOOGLE_OAUTH_ACCESS_TOKEN="none"))

    def test_no_credentials_for_google(self):
        self.assertIn("no credentials of Google Cloud", self.refused("plan", "production", AWS_PROFILE="dogs"))

    def test_no_project_number(self):
        self.assertIn("write project_number", self.refused("apply", "production", **CREDENTIALS))


class Documentation(unittest.TestCase):
    def test_its_actions_are_those_of_the_makefile(self):
        makefile = (ROOT / "Makefile").read_text()
        for action in ("plan", "apply", "drift"):
            self.assertIn(f"infrastructure.sh {action} ", makefile)
