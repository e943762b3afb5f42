"""terraform/bootstrap, applied once for all tests, in the background: most of its minute is waiting."""

import functools
import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from . import emulator, providers
from .folder import Folder, copy
from .workspace import ROOT


@dataclass
class Applied:
    folder: Folder | None
    outputs: dict
    bucket_policy: dict


@functools.cache
def begun() -> Future:
    executor = ThreadPoolExecutor(max_workers=1)
    future = executor.submit(_apply if providers.aws() else _imitate)
    executor.shutdown(wait=False)
    return future


def applied() -> Applied:
    return begun().result()


def _apply() -> Applied:
    folder = Folder(copy() / "terraform/bootstrap", providers.aws(), emulator.environment()).with_local_state()
    folder.run("init", "-input=false")
    folder.run("apply", "-input=false", "-auto-approve")
    outputs = {name: output["value"] for name, output in json.loads(folder.run("output", "-json")).items()}
    s3 = emulator.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=outputs["bucket"])["Policy"])
    # The emulator reads no conditions: it would deny everything that is only denied over plain HTTP.
    s3.delete_bucket_policy(Bucket=outputs["bucket"])
    return Applied(folder, outputs, policy)


def _imitate() -> Applied:
    """Without the provider: what the backends need of it, by hand."""
    names = emulator.backend(ROOT / "terraform/environments/production")
    s3, dynamodb = emulator.client("s3"), emulator.client("dynamodb")
    s3.create_bucket(Bucket=names["bucket"], CreateBucketConfiguration={"LocationConstraint": names["region"]})
    s3.put_bucket_versioning(Bucket=names["bucket"], VersioningConfiguration={"Status": "Enabled"})
    dynamodb.create_table(
        TableName=names["dynamodb_table"],
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    return Applied(None, {}, {})
