"""An AWS of this process alone (moto): S3, DynamoDB, KMS, IAM and STS on a free port of 127.0.0.1."""

import functools
import logging
import re
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


@functools.cache
def endpoint() -> str:
    # A line for each request helps nobody.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address, port = server.get_host_and_port()
    return f"http://{address}:{port}"


def environment() -> dict[str, str]:
    """What provider and backend read by themselves: terraform/ has no setting for tests."""
    return {"AWS_ENDPOINT_URL": endpoint(), "AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}


def client(service: str):
    return boto3.client(
        service,
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id="emulated",
        aws_secret_access_key="emulated",
    )


def backend(folder: Path) -> dict[str, str]:
    """The settings of a folder's backend."""
    return dict(re.findall(r'^\s+(\w+)\s+= "?([^"\n]+)"?$', (folder / "backend.tf").read_text(), re.MULTILINE))


def versions(bucket: str, key: str) -> list[dict]:
    listed = client("s3").list_object_versions(Bucket=bucket, Prefix=key)
    return [version for version in listed.get("Versions", []) if version["Key"] == key]
