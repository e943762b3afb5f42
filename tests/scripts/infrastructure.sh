#!/bin/bash
# Plans and applies an environment of terraform/, on a laptop as in a workflow:
#
#   infrastructure.sh plan ENVIRONMENT      what an apply would do; locks nothing and changes nothing
#   infrastructure.sh apply ENVIRONMENT     shows it, asks (with CI=true it does not) and does it, under both locks
#   infrastructure.sh drift ENVIRONMENT     exit code 2 when the clouds are otherwise than Git says
#
# Credentials come as AWS and Google give them: AWS for the state, Google for the rest. TERRAFORM names the program; else it
# is the one that wrote the lock file of providers, and without such a file the first of terraform and tofu.
set -euo pipefail
cd "$(dirname "$0")/../../terraform/environments"

refuse() {
    echo "infrastructure.sh: $*" >&2
    exit 1
}

is_there() { [ -n "${!1:-}" ]; }

any_of() {
    local name
    for name; do
        if is_there "$name"; then return; fi
    done
    return 1
}

known=$(printf '%s\n' * | paste -sd ' ')
action=${1:-} environment=${2:-}
case $action in
plan | apply | drift) ;;
*) refuse "say what to do, and where: plan, apply or drift, and one of: $known" ;;
esac
[[ -n $environment && " $known " == *" $environment "* ]] || refuse "there is no environment \`$environment\`; there are: $known"
cd "$environment"

# A lock file that is there is believed, and not written. It names the registry of its own program.
frozen=()
if [ ! -e .terraform.lock.hcl ]; then
    program=$(command -v terraform || command -v tofu || true)
    lacking="neither terraform nor tofu in PATH"
else
    frozen=(-lockfile=readonly)
    name=terraform
    if grep -q '^provider "registry.opentofu.org/' .terraform.lock.hcl; then name=tofu; fi
    program=$(command -v "$name" || true)
    lacking="no $name in PATH, whose lock file of providers this is"
fi
program=${TERRAFORM:-$program}
[ -n "$program" ] || refuse "there is $lacking; install one (1.11 or newer), or run this in \`nix develop\`, which has OpenTofu"

any_of AWS_ACCESS_KEY_ID AWS_PROFILE AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI ||
    [ -e "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" ] || [ -e "${AWS_CONFIG_FILE:-$HOME/.aws/config}" ] ||
    refuse "no credentials of AWS, where the state lies: sign in (\`aws sso login\` and AWS_PROFILE=…), or take the role of terraform/bootstrap in a workflow"

any_of GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CREDENTIALS GOOGLE_OAUTH_ACCESS_TOKEN ||
    [ -e "${CLOUDSDK_CONFIG:-$HOME/.config/gcloud}/application_default_credentials.json" ] ||
    refuse "no credentials of Google Cloud: \`gcloud auth application-default login\`, or modules/identity in a workflow"

is_there TF_VAR_project_number || grep -qs '^project_number' -- *.tfvars ||
    refuse "the project's number is nowhere: write project_number = \"…\" into terraform/environments/$environment/terraform.tfvars (\`gcloud projects describe PROJECT --format='value(projectNumber)'\`)"

"$program" init -input=false "${frozen[@]}" >&2

case $action in
plan) exec "$program" plan -input=false -lock=false ;;
drift)
    status=0
    "$program" plan -input=false -lock=false -detailed-exitcode || status=$?
    if [ "$status" = 2 ]; then echo "infrastructure.sh: $environment is otherwise than Git says: see the plan above" >&2; fi
    exit "$status"
    ;;
apply)
    approval=()
    if [ "${CI:-}" = true ]; then approval=(-auto-approve); fi
    # Whoever applies at the same time is waited for, for as long as a cluster may take.
    exec "$program" apply -lock-timeout=20m "${approval[@]}"
    ;;
esac
