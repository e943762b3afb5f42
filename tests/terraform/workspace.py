"""Where a run keeps its files, and how it says what it could not try."""

import json
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What `make adopt` gives other names.
PROJECT = json.loads((ROOT / "project.json").read_text())
REPOSITORY = f"{PROJECT['owner']}/{PROJECT['repository']}"
DIRECTORY = Path(tempfile.mkdtemp(prefix="dog-gif-terraform-"))


@contextmanager
def opened():
    """What is written into the directory goes with the run, also when tests/run.sh is ended in the middle."""
    # As Ctrl-C: unittest lets nothing else through.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        shutil.rmtree(DIRECTORY)


def left_out(what: str) -> None:
    """Says in the summary of tests/run.sh what did not run, without failing it: providers cannot be had everywhere."""
    print(f"!!! LEFT OUT: {what}", flush=True)
