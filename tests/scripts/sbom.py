"""Writes a CycloneDX list of an image's store paths and crates; its inputs are variables set by nix/sbom.nix."""

import json
import os
import re
import sys
import tomllib
import uuid
from pathlib import Path

# Store paths end in a name and, from the first dash before a digit on, a version.
STORE_NAME = re.compile(r"^/nix/store/[0-9a-z]{32}-(?P<name>.+?)(?:-(?P<version>\d.*))?$")


def licence(texts):
    """CycloneDX wants one SPDX expression, or names for what SPDX does not know."""
    texts = [text for text in texts if text and text != "unknown"]
    if not texts:
        return {}
    if all(re.fullmatch(r"[A-Za-z0-9.+-]+", text) for text in texts):
        return {"licenses": [{"expression": " AND ".join(texts)}]}
    if len(texts) == 1 and re.fullmatch(r"[A-Za-z0-9.+() -]+", texts[0]):
        return {"licenses": [{"expression": texts[0]}]}
    return {"licenses": [{"license": {"name": text}} for text in texts]}


def store_paths(closure, known):
    for path in sorted(Path(closure, "store-paths").read_text().split()):
        match = STORE_NAME.match(path)
        name, version = match["name"], match["version"] or ""
        found = next((known[key] for key in (name, f"{name}-wrapper", name.removeprefix("x")) if key in known), [])
        yield {
            "type": "library",
            "bom-ref": path,
            "name": name,
            **({"version": version} if version else {}),
            **licence(found),
            "properties": [{"name": "nix:store-path", "value": path}],
        }


def in_program(tree):
    """The names and versions that `cargo tree --prefix none` prints, one a line: `name v1.2.3 (…)`."""
    words = (line.split() for line in Path(tree).read_text().splitlines() if line)
    return {(name, version.removeprefix("v")) for name, version, *_ in words}


def crates(lock, tree, vendored):
    wanted = in_program(tree)
    manifests = {}
    for manifest in Path(vendored).glob("*/*/Cargo.toml"):
        package = tomllib.loads(manifest.read_text())["package"]
        manifests[package["name"], package["version"]] = package
    for crate in tomllib.loads(Path(lock).read_text())["package"]:
        name, version = crate["name"], crate["version"]
        if "checksum" not in crate or (name, version) not in wanted:
            continue
        package = manifests[name, version]
        # Old manifests separate alternatives by a slash.
        expression = re.sub(r"\s*/\s*", " OR ", package.get("license", ""))
        yield {
            "type": "library",
            "bom-ref": f"pkg:cargo/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:cargo/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": crate["checksum"]}],
            **(
                licence([expression])
                or {"licenses": [{"license": {"name": f"see {package.get('license-file', 'its source')}"}}]}
            ),
        }


def main():
    env = os.environ
    known = json.loads(Path(env["licences"]).read_text())
    components = [*store_paths(env["closure"], known), *crates(env["lock"], env["crates"], env["vendored"])]
    for component in components:
        if "licenses" not in component:
            print(f"no licence known: {component['bom-ref']} (add its package to nix/sbom.nix)", file=sys.stderr)
    json.dump(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            # The same list has the same number.
            "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))}",
            "version": 1,
            "metadata": {
                "component": {
                    "type": "container",
                    "bom-ref": "image",
                    "name": env["pname"],
                    "version": env["version"],
                    "licenses": [{"expression": " AND ".join(known[env["pname"]])}],
                },
            },
            "components": components,
            "dependencies": [{"ref": "image", "dependsOn": [component["bom-ref"] for component in components]}],
        },
        sys.stdout,
        indent=1,
        sort_keys=True,
    )
    print()


main()
