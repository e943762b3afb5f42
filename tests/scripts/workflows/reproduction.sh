# shellcheck shell=bash
# What a release says of itself once two machines have built it alike, for the scripts beside: `release.sh` signs it on
# the index, `promote.sh` asks for it. The predicate names the commit, and of each platform the image and where it was
# built:
#
#   {"commit": "…", "images": [{"architecture": "amd64", "digest": "sha256:…",
#     "built": {"machine": "…", "run": "https://…"}, "reproduced": {"machine": "…", "run": "https://…"}}, …]}

reproduction_type() { jq --raw-output '"https://github.com/\(.owner)/\(.repository)/reproduction/v1"' project.json; }
