#!/usr/bin/env bash
# Builds the programs of `make test-observability` into .tools/observability, once for each version of their list: about
# eight minutes of one processor, and 3 GB of Go's caches. JOBS limits how many compilers run at once.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(cd ../.. && pwd)/.tools/observability
sum=$(cat ./*/go.mod ./*/go.sum ./*/main.go collector/builder.yaml provide.sh | sha256sum)
missing=0
for program in promtool open-metrics dashboards otelcol; do [ -x "$tools/$program" ] || missing=1; done
if [ $missing = 0 ] && [ "$(cat "$tools/built" 2>/dev/null)" = "$sum" ]; then exit 0; fi

echo 'Building promtool, the schemas of Grafana and an OpenTelemetry collector into .tools/observability (once)'
mkdir -p "$tools"
build=(nice -n 15 go build -mod=readonly ${JOBS:+-p "$JOBS"})
(cd promtool && "${build[@]}" -o "$tools/" tool && "${build[@]}" -o "$tools/open-metrics" .)
(cd dashboards && "${build[@]}" -o "$tools/dashboards" .)
(cd collector && "${build[@]}" -o "$tools/" tool && nice -n 15 "$tools/builder" --config builder.yaml >"$tools/builder.log" 2>&1) ||
  { tail -n 20 "$tools/builder.log"; exit 1; }
mv "$tools/otelcol-source/otelcol" "$tools/otelcol"
echo "$sum" >"$tools/built"
