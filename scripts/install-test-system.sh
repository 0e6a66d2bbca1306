#!/usr/bin/env bash
# Installs what only some tests need, and nobody who runs Tallystick. Where something can't be had, its tests say that they skip.
set -euo pipefail
cd "$(dirname "$0")/.."

# slither analyses the contracts; it comes from PyPI, and lives in a place of its own.
slither=0.11.6
place=cache/slither/venv

if [ "$("$place/bin/slither" --version 2>/dev/null || true)" != "$slither" ]; then
  echo "Installing slither $slither for the analysis of contracts" >&2
  mkdir -p "$(dirname "$place")"
  if ! { python3 -m venv "$place" && "$place/bin/pip" install -q --disable-pip-version-check "slither-analyzer==$slither"; } >&2; then
    rm -rf "$place"
    echo "slither can't be installed here (it needs python3 and PyPI), so its check will be skipped" >&2
  fi
fi
