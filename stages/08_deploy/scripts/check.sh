#!/usr/bin/env bash
# The pipeline: what must hold before a change is taken. You, pre-commit and CI call the same script.
# Usage: scripts/check.sh [lint] [types] [tests]   (none named: all)
set -uo pipefail
cd "$(dirname "$0")/.." || exit

lint() {
    needs ruff && ruff check --select B,E,F,I,UP --line-length 100 . && ruff format --check --line-length 100 .
}

types() { needs mypy && mypy --strict .; }

# On all processors and in another order each time: no test may rely on another. A group of tests
# that share what takes long to make stays on one processor.
tests() { needs python && python -m pytest -n auto --dist loadgroup --random-order-bucket=global; }

# A check whose tool is not there has not passed.
needs() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing. Install it with: pip install $1" >&2
    return 1
}

if [ $# -eq 0 ]; then set -- lint types tests; fi
failed=0
for check in "$@"; do
    case $check in
        lint | types | tests) ;;
        *)
            echo "There is no check '$check': choose from lint, types, tests." >&2
            exit 2
            ;;
    esac
    echo "== $check"
    "$check" || { echo "$check failed." && failed=1; }
done
exit "$failed"
