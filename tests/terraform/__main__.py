"""Runs the tests: all of them, or those named as unittest names them, such as `tests.terraform.test_locks`."""

import sys
import unittest
from pathlib import Path

from . import bootstrap, providers, workspace


class Result(unittest.TextTestResult):
    """Counts what passed, and says what did not run as the summary of tests/run.sh wants to hear it."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        workspace.left_out(reason)


def main() -> int:
    loader = unittest.defaultTestLoader
    if sys.argv[1:]:
        suite = loader.loadTestsFromNames(sys.argv[1:])
    else:
        suite = loader.discover(str(Path(__file__).parent), top_level_dir=str(workspace.ROOT))
    with workspace.opened():
        providers.say_what_stands_in()
        if not sys.argv[1:]:
            bootstrap.begun()
        result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result).run(suite)
    # The closing lines that tests/summary.sh counts.
    print(f"# pass {result.passed}\n# fail {len(result.failures) + len(result.errors)}")
    return 0 if result.wasSuccessful() and result.testsRun else 1


sys.exit(main())
