#!/bin/bash
# Prints the path of a Terraform or an OpenTofu that understands terraform/ (1.11 or newer): the first of PATH, else an
# OpenTofu that is built from its pinned module, which takes about four minutes on two cores. The shell of `nix develop`
# has one. TEST_TERRAFORM names another.
set -euo pipefail
cd "$(dirname "$0")/../../.."

new_enough() {
    local version
    version=$(TF_CLI_CONFIG_FILE='' CHECKPOINT_DISABLE=1 "$1" version -json 2>/dev/null | sed -nE 's/.*"terraform_version": *"([0-9.]+).*/\1/p')
    [ -n "$version" ] && [ "$(printf '%s\n' 1.11 "$version" | sort --version-sort | head -n 1)" = 1.11 ]
}

if [ -n "${TEST_TERRAFORM:-}" ]; then
    new_enough "$TEST_TERRAFORM" || { echo "TEST_TERRAFORM: $TEST_TERRAFORM is no Terraform or OpenTofu from 1.11 on" >&2 && exit 1; }
    echo "$TEST_TERRAFORM"
    exit
fi
for program in terraform tofu; do
    if new_enough "$program"; then
        command -v "$program"
        exit
    fi
done
exec tests/scripts/provision/go-program.sh tests/terraform/tofu github.com/opentofu/opentofu/cmd/tofu
