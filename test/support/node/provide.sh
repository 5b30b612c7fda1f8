#!/usr/bin/env bash
# Provides a Node of the major version in `engines` as the first one on the Makefile's PATH.
# If the machine's own Node is older, the version pinned in this folder is installed into .tools/node:
# from npm, by exact version and integrity, without root. The link in bin is created last, after a complete installation.
set -euo pipefail
wanted=24
here=$(cd "$(dirname "$0")" && pwd)
home="$PWD/.tools/node"

say() { printf '%s\n' "$*" >&2; }

command -v node >/dev/null && command -v npm >/dev/null || {
  say "Lictor's tooling starts from npm: install any Node (https://nodejs.org), version $wanted or newer if you can choose."
  exit 2
}

major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# The Makefile puts .tools/node/bin first on PATH, so a second run ends here and needs no network.
if [ "$(major node)" -ge "$wanted" ]; then
  if [ ! -x "$home/bin/node" ] || cmp -s "$here/package-lock.json" "$home/package-lock.json"; then exit 0; fi
fi

machine="$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"
package="node-$machine"
grep -q "\"$package\"" "$here/package.json" || {
  say "Node $wanted or newer is needed, here is $(command -v node) $(node --version), and npm has none for $machine."
  say "Install it from https://nodejs.org or with a version manager (fnm, nvm, volta), then run make again."
  exit 2
}

say "Node $(node --version) is older than $wanted: installing $(sed -n "s/.*\"$package\": \"\(.*\)\".*/$package \1/p" "$here/package.json") into .tools/node (once)"
rm -rf "$home/bin"
mkdir -p "$home"
cp "$here/package.json" "$here/package-lock.json" "$home/"
(cd "$home" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts >&2)
[ "$(major "$home/node_modules/$package/bin/node")" -ge "$wanted" ] || {
  say "The Node from npm does not run here (it needs glibc 2.28 or newer): install Node $wanted yourself, then run make again."
  exit 2
}
mkdir -p "$home/bin"
ln -s "../node_modules/$package/bin/node" "$home/bin/node"
