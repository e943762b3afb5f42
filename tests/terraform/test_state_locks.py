"""The S3 backend as the environments have it, on an emulated AWS: two locks, each of which holds alone."""

import json
import re
import shutil
import signal
import time
import unittest

from . import bootstrap, emulator, providers
from .folder import Folder, copy
from .workspace import DIRECTORY

# A resource whose making lasts until a file appears; `held` is there once it has begun, under the lock.
HELD = """
variable "hold" {
  type = string
}

resource "terraform_data" "slow" {
  triggers_replace = var.hold

  provisioner "local-exec" {
    command = "touch ${var.hold}/held; while [ ! -e ${var.hold}/let-go ]; do sleep 0.1; done"
  }
}
"""
FILE, TABLE = ("-backend-config=dynamodb_table=",), ("-backend-config=use_lockfile=false",)


class Locks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        bootstrap.applied()
        cls.s3, cls.dynamodb = emulator.client("s3"), emulator.client("dynamodb")
        cls.copy = copy() / "terraform/environments/nonproduction"

    def setUp(self):
        """A state of the test's own, in a backend that is the environment's but for the key."""
        name = self.id().split(".")[-1]
        path = DIRECTORY / name
        path.mkdir()
        shutil.copy(self.copy / "backend.tf", path)
        (path / "main.tf").write_text(HELD)
        self.folder = Folder(path, providers.standin(), emulator.environment())
        self.settings = emulator.backend(path) | {"key": f"{name}/terraform.tfstate"}
        self.lock_file = f"{self.settings['key']}.tflock"
        self.lock_item = {"LockID": {"S": f"{self.settings['bucket']}/{self.settings['key']}"}}

    def init(self, *locks, status=0):
        key = f"-backend-config=key={self.settings['key']}"
        return self.folder.run("init", "-input=false", "-reconfigure", key, *locks, status=status)

    def gate(self):
        """A folder by which an apply is held; as each is another, each apply has something to make."""
        gate = self.folder.path / f"gate-{time.monotonic_ns()}"
        gate.mkdir()
        return gate

    def start(self, gate):
        running = self.folder.start("apply", "-input=false", "-auto-approve", f"-var=hold={gate}")
        self.addCleanup(running.ended)
        # The last that is added comes first.
        self.addCleanup((gate / "let-go").touch)
        return running

    def hold(self):
        """An apply that holds the lock until it is let go."""
        gate = self.gate()
        running = self.start(gate)
        deadline = time.monotonic() + 60
        while not (gate / "held").exists():
            self.assertFalse(
                running.has_ended(), f"the apply that should hold the lock has ended: {running.log.read_text()}"
            )
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        return running, gate

    def let_go(self, running, gate):
        (gate / "let-go").touch()
        return running.ended()[0]

    def refused(self):
        """Another apply is refused, and told whose lock it is; gives what was printed."""
        printed = self.apply_at_once(status=1)
        self.assertIn("Error acquiring the state lock", printed)
        self.assertRegex(printed, r"Who:\s+\S+@\S+")
        return printed

    def apply_at_once(self, status=0):
        """An apply that nothing holds: where it is not refused as it should be, it ends, and the test fails."""
        gate = self.gate()
        (gate / "let-go").touch()
        return self.folder.run("apply", "-input=false", "-auto-approve", f"-var=hold={gate}", status=status)

    def locks_there(self):
        file = self.s3.list_objects_v2(Bucket=self.settings["bucket"], Prefix=self.lock_file)["KeyCount"]
        item = self.dynamodb.get_item(TableName=self.settings["dynamodb_table"], Key=self.lock_item).get("Item")
        return file == 1, item is not None

    def test_a_second_apply_is_refused_until_the_first_has_ended(self):
        self.init()
        first = self.hold()
        self.assertEqual(self.locks_there(), (True, True))
        self.refused()
        self.assertEqual(self.let_go(*first), 0)
        self.assertEqual(self.locks_there(), (False, False))
        self.apply_at_once()

    def test_the_lock_file_holds_alone(self):
        self.init(*FILE)
        first = self.hold()
        self.assertEqual(self.locks_there(), (True, False))
        self.assertIn("PreconditionFailed", self.refused())
        self.assertEqual(self.let_go(*first), 0)
        self.apply_at_once()

    def test_the_table_holds_alone(self):
        self.init(*TABLE)
        first = self.hold()
        self.assertEqual(self.locks_there(), (False, True))
        self.assertIn("ConditionalCheckFailedException", self.refused())
        self.assertEqual(self.let_go(*first), 0)
        self.apply_at_once()

    def test_the_table_holds_where_somebody_deleted_the_lock_file(self):
        self.init()
        first = self.hold()
        self.s3.delete_object(Bucket=self.settings["bucket"], Key=self.lock_file)
        self.assertIn("ConditionalCheckFailedException", self.refused())
        self.let_go(*first)

    def test_the_lock_file_holds_where_somebody_deleted_the_item(self):
        self.init()
        first = self.hold()
        self.dynamodb.delete_item(TableName=self.settings["dynamodb_table"], Key=self.lock_item)
        self.assertIn("PreconditionFailed", self.refused())
        self.let_go(*first)

    def test_a_lock_outlives_kill_9_and_is_freed_by_force_unlock(self):
        self.init()
        first = self.hold()
        first[0].process.send_signal(signal.SIGKILL)
        self.let_go(*first)
        self.assertEqual(self.locks_there(), (True, True))
        identity = re.search(r"^\W*ID:\s+(\S+)$", self.refused(), re.MULTILINE).group(1)
        self.folder.run("force-unlock", "-force", identity)
        self.assertEqual(self.locks_there(), (False, False))
        self.apply_at_once()

    def test_of_two_that_start_together_one_is_refused(self):
        self.init()
        gate = self.gate()
        both = [self.start(gate), self.start(gate)]
        deadline = time.monotonic() + 60
        while not any(running.has_ended() for running in both):
            self.assertLess(time.monotonic(), deadline, "neither was refused")
            time.sleep(0.05)
        (gate / "let-go").touch()
        ended = [running.ended() for running in both]
        self.assertEqual(sorted(status for status, _ in ended), [0, 1], ended)
        self.assertEqual(sum("Error acquiring the state lock" in printed for _, printed in ended), 1)

    def test_a_state_that_was_overwritten_can_be_had_back(self):
        self.init()
        self.apply_at_once()
        self.apply_at_once()
        listed = emulator.versions(self.settings["bucket"], self.settings["key"])
        self.assertGreaterEqual(len(listed), 2)
        self.assertEqual([version["IsLatest"] for version in listed].count(True), 1)
        oldest = self.s3.get_object(
            Bucket=self.settings["bucket"], Key=self.settings["key"], VersionId=listed[-1]["VersionId"]
        )
        newest = self.s3.get_object(Bucket=self.settings["bucket"], Key=self.settings["key"])
        self.assertLess(json.load(oldest["Body"])["serial"], json.load(newest["Body"])["serial"])

    def test_a_state_that_was_written_without_the_table_is_not_believed(self):
        """Why everybody takes both: the table has the digest of the state that it knows."""
        self.init()
        self.apply_at_once()
        self.init(*FILE)
        self.apply_at_once()
        printed = self.init(status=1)
        self.assertIn("does not have the expected content", " ".join(printed.split()))
