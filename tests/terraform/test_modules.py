"""Each module's own tests (`terraform test`), with mock providers: their schema is the judge's."""

import re
import unittest

from . import emulator, providers
from .folder import Folder, copy
from .workspace import ROOT


class Modules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.terraform = copy() / "terraform"

    def check(self, folder: Folder):
        folder.run("init", "-input=false", "-backend=false")
        folder.run("validate")
        printed = folder.run("test")
        passed, failed = map(int, re.search(r"Success! (\d+) passed, (\d+) failed", printed).groups())
        self.assertEqual(passed, printed.count("... pass\n") - len(list(folder.path.glob("tests/*.tftest.hcl"))))
        self.assertEqual(failed, 0)
        print(f"{passed} runs ", end="", flush=True)

    def test_bootstrap(self):
        if not providers.aws():
            self.skipTest("the tests of terraform/bootstrap (the provider aws)")
        self.check(Folder(self.terraform / "bootstrap", providers.aws(), emulator.environment()))


def _module(name):
    def test(self):
        self.check(Folder(self.terraform / "modules" / name, providers.judge()))

    return test


for _path in sorted((ROOT / "terraform/modules").iterdir()):
    setattr(Modules, f"test_{_path.name}", _module(_path.name))
