#!/usr/bin/env bash
# The checks that need no server: CI and pre-commit call them here, so the two cannot differ.
# Usage: scripts/check.sh [lint] [format] [types] [workflows] [guards]   (none named: all)
# Needs the packages of requirements-dev.lock on the PATH.
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
failed=0
passed=0

lint() { ruff check .; }

format() { ruff format --check .; }

types() {
    mypy || return 1
    # A lesson is a small project of its own, so it is checked as one: two of them have a `main`.
    # They share what mypy keeps of the libraries; of a module it compares path, text and options.
    local card folder
    for card in stages/*/lesson.toml examples/*/lesson.toml; do
        [ -f "$card" ] || continue
        folder=$(dirname "$card")
        echo "$folder:"
        (cd "$folder" && mypy --config-file= --strict --cache-dir "$root/.mypy_cache/lessons" .) || return 1
    done
}

workflows() {
    local all
    shopt -s nullglob # a stage need not have any
    all=(.github/workflows/*.yml stages/*/.github/workflows/*.yml)
    shopt -u nullglob
    actionlint "${all[@]}" && zizmor --offline --quiet "${all[@]}"
}

guards() { python -m pytest -q tests/test_guards_*.py; }

if [ $# -eq 0 ]; then set -- lint format types workflows guards; fi
for check in "$@"; do
    case $check in
        lint | format | types | workflows | guards) ;;
        *)
            echo "There is no check '$check': choose from lint, format, types, workflows, guards." >&2
            exit 2
            ;;
    esac
    echo "== $check"
    if "$check"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$check failed."
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
