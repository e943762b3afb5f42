"""A folder of a copy of terraform/, and Terraform run in it; a copy, as the lock file of a stand-in is nobody's."""

import itertools
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import providers
from .workspace import DIRECTORY, ROOT

_numbers = itertools.count()


def copy() -> Path:
    """A fresh copy of terraform/, and of the script that plans and applies, laid out as in the repository."""
    root = DIRECTORY / f"copy-{next(_numbers)}"
    leave_out = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "*_override.tf")
    shutil.copytree(ROOT / "terraform", root / "terraform", ignore=leave_out)
    (root / "tests/scripts").mkdir(parents=True)
    shutil.copy(ROOT / "tests/scripts/infrastructure.sh", root / "tests/scripts")
    return root


class Failed(AssertionError):
    """Terraform ended otherwise than it should have."""


@dataclass
class Running:
    """A Terraform that was started; what it prints goes to a file, so that it may be asked again and again."""

    process: subprocess.Popen
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ended(self) -> tuple[int, str]:
        """Waits, and gives the status and what was printed."""
        return self.process.wait(), self.log.read_text()


@dataclass
class Folder:
    path: Path
    providers: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return providers.environment(self.providers) | self.variables

    def run(self, *arguments: str, status: int = 0) -> str:
        """Runs Terraform, which must end with this status, and gives what it printed."""
        ended, printed = self.start(*arguments).ended()
        if ended != status:
            raise Failed(f"terraform {' '.join(arguments)} in {self.path} ended with {ended}, not {status}:\n{printed}")
        return printed

    def start(self, *arguments: str) -> Running:
        log = DIRECTORY / f"{next(_numbers)}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [providers.PROGRAM, *arguments],
                cwd=self.path,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        return Running(process, log)

    def with_local_state(self) -> "Folder":
        """The state in a file beside, as README.md says for the first apply."""
        (self.path / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        return self

    def planned(self, *arguments: str) -> dict:
        self.run("plan", "-input=false", "-lock=false", "-out=plan.tfplan", *arguments)
        return json.loads(self.run("show", "-json", "plan.tfplan"))
