#!/usr/bin/env bash
# Commits and pushes a version: ENVIRONMENT=dev TAG=… DIGEST=sha256:… bump.sh
#
# Somebody else may push meanwhile: then it begins anew on what is there. The same version again is no commit. In a clone
# of its own, as it throws away what lies in the tree.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

branch=${BRANCH:-main}
version=k8s/overlays/$ENVIRONMENT/version.yaml
for try in 1 2 3 4 5; do
    git fetch --quiet origin "$branch"
    git checkout --quiet --force --detach FETCH_HEAD
    make --silent bump "ENVIRONMENT=$ENVIRONMENT" "TAG=$TAG" "DIGEST=$DIGEST" ${DELIVERY:+"DELIVERY=$DELIVERY"}
    if git diff --quiet -- "$version"; then exit 0; fi
    git commit --quiet --message "$ENVIRONMENT: Run $TAG" -- "$version"
    if git push --quiet origin "HEAD:refs/heads/$branch"; then
        echo "$ENVIRONMENT: pushed at try $try"
        exit 0
    fi
    # Those who lost the same race do not meet again at once.
    sleep "$((RANDOM % 3))"
done
echo "bump: $branch did not take the commit in five tries: look whether whoever pushes here may push to it" >&2
exit 1
