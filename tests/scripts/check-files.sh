#!/usr/bin/env bash
# What can be said of the Nix files and compose.yaml without building anything; `make test` runs it.
set -euo pipefail
cd "$(dirname "$0")/../.."

problems=0
wrong() {
    printf 'check-files: %s\n' "$*" >&2
    problems=$((problems + 1))
}
# Beginning so, the line gets into the summary of `make test`, and fails it with CI=true.
not_run() { printf '!!! NOT RUN: %s\n' "$*" >&2; }

# 1. Every .nix file parses.
mapfile -t nix_files < <(git ls-files --cached --others --exclude-standard -- '*.nix')
if command -v nix-instantiate >/dev/null; then
    for file in "${nix_files[@]}"; do
        nix-instantiate --parse "$file" >/dev/null || wrong "$file does not parse"
    done
else
    # Where there is one, `nix flake check` reads all of them.
    printf '!!! LEFT OUT: whether the .nix files parse (there is no nix-instantiate here)\n' >&2
fi

# 2. The lock: well-formed, for the inputs of flake.nix, at the pins that nix/README.md names.
python3 - <<'PYTHON' || problems=$((problems + 1))
import json, re, sys
from pathlib import Path

problems = []
lock = json.loads(Path("flake.lock").read_text())
flake = Path("flake.nix").read_text()
docs = Path("nix/README.md").read_text()
inputs = dict(re.findall(r'(\w+)\.url = "github:([^"]+)"', flake))

if lock.get("version") != 7 or lock.get("root") != "root":
    problems.append("flake.lock is not of version 7 with a root")
nodes = lock.get("nodes", {})
if set(nodes) != {"root", *inputs}:
    problems.append(f"flake.lock has the nodes {sorted(nodes)}, flake.nix the inputs {sorted(inputs)}")
if nodes.get("root", {}).get("inputs") != {name: name for name in inputs}:
    problems.append("the root of flake.lock does not name the inputs of flake.nix")
for name, url in inputs.items():
    locked, original = (nodes.get(name, {}).get(part, {}) for part in ("locked", "original"))
    if "/".join(filter(None, [original.get("owner"), original.get("repo"), original.get("ref")])) != url:
        problems.append(f"flake.lock follows another {name} than flake.nix, github:{url}; repair it with: nix flake lock")
    if not re.fullmatch(r"[0-9a-f]{40}", locked.get("rev", "")):
        problems.append(f"{name} is not pinned to a commit")
    if not re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", locked.get("narHash", "")):
        problems.append(f"{name} has no sha256 narHash")
    if not isinstance(locked.get("lastModified"), int) or locked.get("type") != "github":
        problems.append(f"the lock of {name} is incomplete")
    if not re.search(rf"^\| *{name} *\|.*{locked.get('rev', '?')}", docs, re.MULTILINE):
        problems.append(f"nix/README.md does not name the pin of {name}, {locked.get('rev')}: write it into its table of pins")

manifest = Path("Cargo.toml").read_text()
wanted = re.search(r'^rust-version = "(\d+)\.(\d+)', manifest, re.MULTILINE)
given = re.search(r"^\| *rustc *\| *(\d+)\.(\d+)", docs, re.MULTILINE)
if wanted and given and tuple(map(int, wanted.groups())) > tuple(map(int, given.groups())):
    problems.append("Cargo.toml wants a newer rustc than the pinned nixpkgs has")

for problem in problems:
    print(f"check-files: {problem}", file=sys.stderr)
sys.exit(bool(problems))
PYTHON

# 3. What the builds are made of exists, for git too: a flake sees nothing else.
while read -r path; do
    [[ -n $(git ls-files -- "$path") ]] || wrong "nix/package.nix names $path, which git does not know"
done < <(grep -oE '^ *\.\./[A-Za-z0-9_./-]+' nix/package.nix | sed 's|^ *\.\./||' | sort -u)
while read -r path; do
    [[ -e nix/$path ]] || wrong "nix/$path is imported and missing"
done < <(grep -ohE '\.\.?/[a-z0-9_/-]+\.(nix|sh|py)' nix/*.nix | sort -u)

# 4. compose.yaml.
# Debian's python3-yaml is for Debian's python3, which need not be the first in PATH.
yaml_python() {
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import yaml' 2>/dev/null; then echo "$python" && return; fi
    done
    return 1
}
if MYSQL_PASSWORD=x docker compose version >/dev/null 2>&1; then
    MYSQL_PASSWORD=x docker compose --file compose.yaml config --quiet || wrong "compose.yaml is not valid"
elif python=$(yaml_python); then
    "$python" - <<'PYTHON' || wrong "compose.yaml is not valid"
import yaml
compose = yaml.safe_load(open("compose.yaml"))
services = compose["services"]
assert set(services) == {"app", "mysql"}, services.keys()
assert services["app"]["healthcheck"]["test"] == ["CMD", "dog-gif-app", "healthcheck"]
assert services["app"]["read_only"] is True and services["app"]["cap_drop"] == ["ALL"]
volumes = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]
assert set(volumes) == set(compose["volumes"]), volumes
PYTHON
else
    not_run "whether compose.yaml is valid (there is neither docker compose nor python3-yaml here)"
fi

# 5. The settings of compose.yaml are the ones that .env.example lists.
comm -3 <(grep -oE '[{][A-Z_]+' compose.yaml | tr -d '{' | sort -u) <(grep -oE '^#?[A-Z_]+=' .env.example | tr -d '#=' | sort -u) |
    while read -r name; do
        echo "check-files: $name is in only one of compose.yaml and .env.example" >&2
        false
    done || problems=$((problems + 1))

# 6. Scripts.
bash tests/scripts/check-shell.sh || problems=$((problems + 1))

((problems == 0)) || exit 1
echo "check-files: ${#nix_files[@]} Nix files, the lock, the sources, compose.yaml and the scripts are sound"
