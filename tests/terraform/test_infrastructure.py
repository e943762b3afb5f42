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
