#!/usr/bin/env bash
# Builds the programs of `make test-go` into .tools/go, once for each version of their list, and puts the types of
# Kubernetes beside them. Those that check manifests have the versions of `make test-kubernetes`.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(cd ../.. && pwd)/.tools/go
programs=(h2spec grpcurl protovalidate-conformance actionlint helm kubeconform kustomize)
sum=$(cat go.mod go.sum ../kubernetes/go/go.{mod,sum} ../kubernetes/go/kustomize/* provide.sh | sha256sum)
missing=0
for program in "${programs[@]}"; do [ -x "$tools/$program" ] || missing=1; done
if [ $missing = 0 ] && [ -f "$tools/openapi.json" ] && [ "$(cat "$tools/built" 2>/dev/null)" = "$sum" ]; then exit 0; fi

fail() {
  echo "make test-go: its programs cannot be built: that needs Go 1.26 and their modules, from $(go env GOPROXY)" >&2
  exit 1
}
echo 'Building h2spec, grpcurl, the cases of protovalidate, actionlint, helm and kubeconform into .tools/go (once)'
mkdir -p "$tools"
export CGO_ENABLED=0
go build -mod=readonly -o "$tools/" tool || fail
cd ../kubernetes/go
go build -mod=readonly -ldflags '-s -w' -o "$tools/" ./kustomize helm.sh/helm/v4/cmd/helm \
  github.com/yannh/kubeconform/cmd/kubeconform || fail
kubernetes=$(go mod download -json k8s.io/kubernetes | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
install -m 644 "$kubernetes/api/openapi-spec/swagger.json" "$tools/openapi.json" || fail
echo "$sum" >"$tools/built"
