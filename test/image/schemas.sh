#!/usr/bin/env bash
# Puts the JSON Schemas of CycloneDX into .tools/cyclonedx, from a wheel pinned by hash, once for each version.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(cd ../.. && pwd)/.tools/cyclonedx
if cmp -s cyclonedx.txt "$tools/fetched"; then exit 0; fi
echo 'Fetching the JSON Schemas of CycloneDX into .tools/cyclonedx (once)'
rm -rf "$tools"
mkdir -p "$tools"
python3 -m pip --disable-pip-version-check --quiet download --no-deps --only-binary=:all: --require-hashes \
  --dest "$tools" --requirement cyclonedx.txt
python3 -m zipfile -e "$tools"/*.whl "$tools"
cp cyclonedx.txt "$tools/fetched"
