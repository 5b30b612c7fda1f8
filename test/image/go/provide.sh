#!/usr/bin/env bash
# Builds crane into .tools/crane, once for each version.
set -euo pipefail
cd "$(dirname "$0")"
tools=../../../.tools/crane
sum=$(cat go.mod go.sum | sha256sum)
if [ -x "$tools/crane" ] && [ "$(cat "$tools/built" 2>/dev/null)" = "$sum" ]; then exit 0; fi
echo 'Building crane into .tools/crane (once)'
mkdir -p "$tools"
go build -mod=readonly -o "$tools/" tool
echo "$sum" >"$tools/built"
