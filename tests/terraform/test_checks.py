"""What can be said of terraform/ by reading it."""

import importlib.util
import os
import re
import subprocess
import sys
import unittest
from collections import Counter

from . import emulator, providers, readme
from .workspace import ROOT

TERRAFORM = ROOT / "terraform"
FOLDERS = sorted(path.parent for path in TERRAFORM.glob("**/versions.tf"))
MODULES = sorted((TERRAFORM / "modules").iterdir())
ENVIRONMENTS = sorted((TERRAFORM / "environments").iterdir())


def name(folder):
    return str(folder.relative_to(TERRAFORM))


class Reading(unittest.TestCase):
    def test_every_file_is_formatted(self):
        done = subprocess.run(
            [providers.PROGRAM, "fmt", "-check", "-diff", "-recursive", "."],
            cwd=TERRAFORM,
            env=providers.environment(),
            capture_output=True,
            text=True,
        )
        self.assertEqual(
            done.returncode, 0, f"repair it with: terraform fmt -recursive terraform\n{done.stdout}{done.stderr}"
        )

    @unittest.skipUnless(
        importlib.util.find_spec("checkov") or os.environ.get("CI") == "true", "checkov, which this Python does not have"
    )
    def test_checkov_finds_nothing_without_a_reason(self):
        arguments = ["--directory", ".", "--framework", "terraform", "--skip-download", "--compact", "--quiet"]
        done = subprocess.run(
            [sys.executable, "-m", "checkov.main", *arguments], cwd=TERRAFORM, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # Not because it read nothing.
        self.assertGreater(int(re.search(r"Passed checks: (\d+)", done.stdout).group(1)), 100)

    def test_every_folder_has_the_same_files(self):
        for folder in FOLDERS:
            with self.subTest(name(folder)):
                for file in ("main.tf", "variables.tf", "outputs.tf", "versions.tf"):
                    self.assertTrue((folder / file).is_file(), f"there is no {file}")
                if folder in MODULES:
                    self.assertTrue(list(folder.glob("tests/*.tftest.hcl")), "it has no tests")

    def test_every_variable_has_type_and_description(self):
        for folder in FOLDERS:
            for variable in readme.variables(folder):
                with self.subTest(f"{name(folder)}: {variable.name}"):
                    self.assertTrue(variable.type)
                    self.assertTrue(variable.description)

    def test_every_variable_of_a_module_refuses_what_cannot_be(self):
        for folder in [*MODULES, TERRAFORM / "bootstrap"]:
            for variable in readme.variables(folder):
                if variable.type != "bool":
                    with self.subTest(f"{name(folder)}: {variable.name}"):
                        self.assertGreater(variable.validations, 0)

    def test_every_output_has_a_description(self):
        for folder in FOLDERS:
            for output in readme.outputs(folder):
                with self.subTest(f"{name(folder)}: {output.name}"):
                    self.assertTrue(output.description)

    def test_every_validation_of_a_module_was_seen_to_refuse(self):
        for folder in [*MODULES, TERRAFORM / "bootstrap"]:
            tests = "".join(file.read_text() for file in folder.glob("tests/*.tftest.hcl"))
            refused = Counter(re.findall(r"expect_failures = \[var\.(\w+)\]", tests))
            for variable in readme.variables(folder):
                with self.subTest(f"{name(folder)}: {variable.name}"):
                    self.assertGreaterEqual(
                        refused[variable.name], variable.validations, "expect_failures, a run for each"
                    )

    def test_every_readme_says_what_the_module_takes_and_gives(self):
        for folder in [*MODULES, TERRAFORM / "bootstrap"]:
            with self.subTest(name(folder)):
                file = folder / "README.md"
                self.assertEqual(
                    file.read_text(), readme.written(folder), "repair it with: python3 -m tests.terraform.readme"
                )

    def test_environments_take_both_locks_of_the_same_bucket_and_table(self):
        first = emulator.backend(TERRAFORM / "bootstrap")
        for folder in [*ENVIRONMENTS, TERRAFORM / "bootstrap"]:
            with self.subTest(name(folder)):
                self.assertEqual(emulator.backend(folder), first | {"key": f"{folder.name}/terraform.tfstate"})
        self.assertEqual(first["use_lockfile"], "true")
        self.assertTrue(first["dynamodb_table"])
        self.assertNotIn("encrypt", first, "the bucket's policy refuses S3's own key")

    def test_every_environment_has_a_state_and_a_role(self):
        known = next(v for v in readme.variables(TERRAFORM / "bootstrap") if v.name == "environments").default
        self.assertEqual(re.findall(r'"(\w+)"', known), [folder.name for folder in ENVIRONMENTS])

    def test_no_hash_of_a_stand_in_is_committed(self):
        """Real hashes come with one for each platform, `zh:` from the registry; a stand-in has a single `h1:`."""
        for file in TERRAFORM.glob("**/.terraform.lock.hcl"):
            with self.subTest(str(file)):
                for provider in re.findall(r'provider "[^"]+" {.*?^}', file.read_text(), re.DOTALL | re.MULTILINE):
                    self.assertIn('"zh:', provider, "remove it; README.md says how to make it")
