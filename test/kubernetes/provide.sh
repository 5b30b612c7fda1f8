#!/usr/bin/env bash
# Builds the programs of `make test-kubernetes` into .tools/kubernetes, once for each version of their list. It takes
# about ten minutes and 4 GB of Go's caches; JOBS limits how many compilers run at once.
set -euo pipefail
cd "$(dirname "$0")/go"
tools=$(cd ../../.. && pwd)/.tools/kubernetes
sum=$(cat go.mod go.sum ../kinds/* ../provide.sh | sha256sum)
programs=(etcd kube-apiserver kube-controller-manager kubectl helm kubeconform foreign-kinds)
missing=0
for program in "${programs[@]}"; do [ -x "$tools/$program" ] || missing=1; done
if [ $missing = 0 ] && [ "$(cat "$tools/built" 2>/dev/null)" = "$sum" ]; then exit 0; fi

echo 'Building a Kubernetes API server, etcd, kubectl, helm and kubeconform into .tools/kubernetes (once)'
mkdir -p "$tools"
version=$(go list -mod=readonly -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
flags='-s -w'
# Without these the server calls itself v0.0.0, which the kubeVersion of a chart refuses.
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
done
export CGO_ENABLED=0
build=(nice -n 15 go build -mod=readonly ${JOBS:+-p "$JOBS"})
"${build[@]}" -ldflags "$flags" -o "$tools/" tool
# Go names a program after the folder of its package.
mv "$tools/server" "$tools/etcd"
(cd ../kinds && "${build[@]}" -ldflags '-s -w' -o "$tools/foreign-kinds" .)
echo "$sum" >"$tools/built"
