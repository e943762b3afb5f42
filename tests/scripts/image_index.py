#!/usr/bin/env python3
"""Puts OCI layouts of one image, each for another platform, behind one index; the images keep their digests.

Usage: image_index.py DIRECTORY TAG LAYOUT…
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def blob(layout, digest):
    return layout / "blobs" / digest.replace(":", "/")


def image(layout):
    """What an index says of the one image in `layout`."""
    found = json.loads((layout / "index.json").read_text())["manifests"]
    if len(found) != 1:
        sys.exit(f"image-index: {layout} holds {len(found)} images: give layouts of one image each")
    text = blob(layout, found[0]["digest"]).read_bytes()
    manifest = json.loads(text)
    config = json.loads(blob(layout, manifest["config"]["digest"]).read_text())
    return {
        "mediaType": manifest.get("mediaType", IMAGE),
        "digest": found[0]["digest"],
        "size": len(text),
        "platform": {key: config[key] for key in ("architecture", "os", "variant") if config.get(key)},
    }


def index(manifests):
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}


def main(directory, tag, layouts):
    images = sorted(map(image, layouts), key=lambda image: sorted(image["platform"].items()))
    for one, other in zip(images, images[1:]):
        if one["platform"] == other["platform"]:
            name = "{os}/{architecture}".format(**one["platform"])
            sys.exit(f"image-index: {name} comes twice: give one layout for each platform")
    text = json.dumps(index(images), separators=(",", ":")).encode()
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"

    (directory / "blobs/sha256").mkdir(parents=True)
    # Layouts may share a blob; by its name it is the same one.
    blobs = {source.name: source for layout in layouts for source in (layout / "blobs/sha256").iterdir()}
    for name, source in blobs.items():
        shutil.copyfile(source, directory / "blobs/sha256" / name)
    blob(directory, digest).write_bytes(text)
    (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    named = {
        "mediaType": INDEX,
        "digest": digest,
        "size": len(text),
        "annotations": {"org.opencontainers.image.ref.name": tag},
    }
    (directory / "index.json").write_text(json.dumps(index([named]), separators=(",", ":")))
    print(digest)


if len(sys.argv) < 4:
    sys.exit("usage: image_index.py DIRECTORY TAG LAYOUT…")
main(Path(sys.argv[1]), sys.argv[2], [Path(layout) for layout in sys.argv[3:]])
