#!/usr/bin/env bash
# Installs the system packages that only some tests need. Nobody needs them to run Tallystick.
# Each line of `packages` is: COMMAND DEBIAN-PACKAGE why
set -euo pipefail

packages=()

missing=()
for line in ${packages[@]+"${packages[@]}"}; do
  read -r command package _ <<<"$line"
  command -v "$command" >/dev/null || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "Tests need ${missing[*]}, and this system has no apt-get: install them by hand." >&2
  exit 1
fi
echo "Installing for the tests: ${missing[*]}" >&2
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
