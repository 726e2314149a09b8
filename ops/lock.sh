#!/bin/sh
# Make the two locks anew from requirements.in and requirements-dev.in. Needs uv (pip install uv).
# Options go to uv: `ops/lock.sh --upgrade`, `ops/lock.sh --upgrade-package django`.
set -eu
cd "$(dirname "$0")/.."
for name in requirements requirements-dev; do
    UV_CUSTOM_COMPILE_COMMAND=ops/lock.sh uv pip compile "$name.in" -o "$name.lock" \
        --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet "$@"
done
