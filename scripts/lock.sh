#!/usr/bin/env bash
# Renew the three locks: the newest versions that pyproject.toml allows, with hashes, and no host named.
# The second and third build on the first, so a package has one version in all of them.
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
    uv pip compile pyproject.toml "${options[@]}" "$@"
}

lock --output-file requirements.lock
lock --extra notebook --constraints requirements.lock --output-file requirements-notebook.lock
lock --extra notebook --extra dev --constraints requirements-notebook.lock \
    --output-file requirements-dev.lock
