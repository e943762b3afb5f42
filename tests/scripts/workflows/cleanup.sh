#!/usr/bin/env bash
# Says which images and charts of ours may go, and deletes them with YES=true: what release.yaml and chart.yaml publish.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

make --silent cleanup
make --silent cleanup "CHARTS=oci://$(jq --raw-output .registry project.json)/charts/dog-gif-app"
