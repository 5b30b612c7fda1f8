#!/usr/bin/env bash
# Builds the programs of `make test-go` into .tools/go, once for each version of their list.
set -euo pipefail
cd "$(dirname "$0")"
tools=../../.tools/go
sum=$(cat go.mod go.sum | sha256sum)
if [ -x "$tools/h2spec" ] && [ -x "$tools/protovalidate-conformance" ] && [ "$(cat "$tools/built" 2>/dev/null)" = "$sum" ]; then exit 0; fi
echo 'Building h2spec, grpcurl and the cases of protovalidate into .tools/go (once)'
mkdir -p "$tools"
go build -mod=readonly -o "$tools/" tool
echo "$sum" >"$tools/built"
