#!/usr/bin/env bash
# Renew the locks: the newest versions that pyproject.toml allows, with hashes, and no host named.
# All others build on the first, so a package has one version in all of them.
set -euo pipefail
cd "$(dirname "$0")/.."

options=(
    --quiet
    --upgrade
    --universal
    --python-version=3.11
    --generate-hashes
    --no-emit-index-url
    --no-header
    --no-annotate
)

lock() {
    uv pip compile "${options[@]}" "$@"
}

lock pyproject.toml --output-file requirements.lock
lock pyproject.toml --extra notebook --constraints requirements.lock --output-file requirements-notebook.lock
lock pyproject.toml --extra notebook --extra dev --constraints requirements-notebook.lock \
    --output-file requirements-dev.lock
# What the image of a stage installs: what its app needs to run.
for stage in stages/*/requirements.lock examples/*/requirements.lock; do
    lock "$(dirname "$stage")/pyproject.toml" --constraints requirements.lock --output-file "$stage"
done
