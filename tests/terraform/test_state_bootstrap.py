"""terraform/bootstrap as it was applied to an emulated AWS: what is there, and who may reach it."""

import unittest

from . import bootstrap, emulator, providers
from .workspace import REPOSITORY

JOBS = f"repo:{REPOSITORY}"


class Bootstrap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not providers.aws():
            raise unittest.SkipTest(
                "terraform/bootstrap: applied, planned again, moved into its bucket (the provider aws)"
            )
        cls.applied = bootstrap.applied()
        cls.bucket = cls.applied.outputs["bucket"]
        cls.s3 = emulator.client("s3")

    def test_states_have_versions_that_expire(self):
        self.assertEqual(self.s3.get_bucket_versioning(Bucket=self.bucket)["Status"], "Enabled")
        (rule,) = self.s3.get_bucket_lifecycle_configuration(Bucket=self.bucket)["Rules"]
        self.assertEqual((rule["Status"], rule["NoncurrentVersionExpiration"]["NoncurrentDays"]), ("Enabled", 90))

    def test_states_are_encrypted_by_a_key_that_rotates(self):
        (rule,) = self.s3.get_bucket_encryption(Bucket=self.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        default = rule["ApplyServerSideEncryptionByDefault"]
        self.assertEqual(default["SSEAlgorithm"], "aws:kms")
        self.assertTrue(
            emulator.client("kms").get_key_rotation_status(KeyId=default["KMSMasterKeyID"])["KeyRotationEnabled"]
        )

    def test_nobody_makes_states_public(self):
        block = self.s3.get_public_access_block(Bucket=self.bucket)["PublicAccessBlockConfiguration"]
        self.assertEqual(set(block.values()), {True})
        self.assertEqual(len(block), 4)

    def test_states_travel_by_tls_only(self):
        plain = next(s for s in self.applied.bucket_policy["Statement"] if s["Sid"] == "DenyPlainHttp")
        self.assertEqual((plain["Effect"], plain["Principal"], plain["Action"]), ("Deny", "*", "s3:*"))
        self.assertEqual(plain["Condition"], {"Bool": {"aws:SecureTransport": "false"}})
        self.assertEqual(sorted(plain["Resource"]), [f"arn:aws:s3:::{self.bucket}", f"arn:aws:s3:::{self.bucket}/*"])

    def test_locks_can_be_had_back_and_the_table_is_protected(self):
        dynamodb = emulator.client("dynamodb")
        table = dynamodb.describe_table(TableName=self.applied.outputs["lock_table"])["Table"]
        self.assertTrue(table["DeletionProtectionEnabled"])
        self.assertEqual(table["SSEDescription"]["SSEType"], "KMS")
        backups = dynamodb.describe_continuous_backups(TableName=table["TableName"])["ContinuousBackupsDescription"]
        self.assertEqual(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED")

    def test_roles_are_for_the_jobs_that_they_are_made_for(self):
        subjects = {"terraform-plan": [f"{JOBS}:pull_request", f"{JOBS}:ref:refs/heads/main"]}
        for environment in ("nonproduction", "production"):
            subjects[f"terraform-apply-{environment}"] = f"{JOBS}:environment:{environment}"
        iam = emulator.client("iam")
        for role, expected in subjects.items():
            with self.subTest(role):
                (statement,) = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
                claims = {name.split(":")[1]: value for name, value in statement["Condition"]["StringEquals"].items()}
                found = claims["sub"] if isinstance(claims["sub"], str) else sorted(claims["sub"])
                self.assertEqual((claims["aud"], found), ("sts.amazonaws.com", expected))

    def test_a_plan_writes_nothing(self):
        document = emulator.client("iam").get_role_policy(RoleName="terraform-plan", PolicyName="read-states")[
            "PolicyDocument"
        ]
        actions = {action for statement in document["Statement"] for action in _list(statement["Action"])}
        self.assertEqual(
            actions, {"s3:ListBucket", "s3:GetObject", "dynamodb:DescribeTable", "dynamodb:GetItem", "kms:Decrypt"}
        )

    def test_an_apply_writes_its_own_state_and_deletes_none(self):
        for environment in ("nonproduction", "production"):
            with self.subTest(environment):
                document = emulator.client("iam").get_role_policy(
                    RoleName=f"terraform-apply-{environment}", PolicyName="write-state"
                )
                state = f"arn:aws:s3:::{self.bucket}/{environment}/terraform.tfstate"
                reached = {
                    action: sorted(_list(statement["Resource"]))
                    for statement in document["PolicyDocument"]["Statement"]
                    for action in _list(statement["Action"])
                    if action.startswith("s3:") and action != "s3:ListBucket"
                }
                both = [state, f"{state}.tflock"]
                self.assertEqual(
                    reached, {"s3:GetObject": both, "s3:PutObject": both, "s3:DeleteObject": [f"{state}.tflock"]}
                )

    def test_a_second_plan_finds_only_what_was_taken_away(self):
        """The emulator would not go on with the bucket's policy (bootstrap.py), so it is drift, and the only one."""
        printed = self.applied.folder.run("plan", "-input=false", "-detailed-exitcode", status=2)
        self.assertIn("aws_s3_bucket_policy.state will be created", printed)
        self.assertIn("Plan: 1 to add, 0 to change, 0 to destroy.", printed)

    def test_it_refuses_to_be_destroyed(self):
        printed = self.applied.folder.run("destroy", "-input=false", "-auto-approve", status=1)
        for address in ("aws_s3_bucket.state", "aws_dynamodb_table.locks"):
            # Terraform's words, and OpenTofu's.
            self.assertRegex(" ".join(printed.split()), rf"{address} has (lifecycle\.)?prevent_destroy set")
        self.assertIn(self.bucket, [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]])

    def test_its_own_state_moves_into_its_bucket(self):
        """As README.md says: without the file that keeps the state here, Terraform offers to move it."""
        folder = self.applied.folder
        here = folder.run("state", "list")
        (folder.path / "backend_override.tf").unlink()
        folder.run("init", "-migrate-state", "-force-copy")
        self.assertEqual(folder.run("state", "list"), here)
        (state,) = emulator.versions(self.bucket, "bootstrap/terraform.tfstate")
        stored = self.s3.head_object(Bucket=self.bucket, Key=state["Key"])
        self.assertEqual(stored["ServerSideEncryption"], "aws:kms")


def _list(value):
    return value if isinstance(value, list) else [value]
