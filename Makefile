# make without a target shows what there is.
SEEDS ?= 2000
FUZZTIME ?= 30s
PKG ?= ./...

.PHONY: help
help: ## show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z_-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## gateway and sandbox on loopback, no questions asked
	go run ./cmd/lunas dev

.PHONY: sandbox
sandbox: ## the emulated providers alone
	go run ./cmd/lunas sandbox

.PHONY: build
build: ## build bin/lunas
	CGO_ENABLED=0 go build -trimpath -o bin/lunas ./cmd/lunas

# Of a release; the same source with the same VERSION gives the same bytes.
VERSION ?= 0.0.0-$(shell git rev-parse --short=12 HEAD 2>/dev/null || echo dev)
ARCH ?= $(shell go env GOARCH)

.PHONY: deb
deb: ## a Debian package in dist/; VERSION=1.2.3; needs nfpm v2.45.2
	CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)" -o bin/lunas ./cmd/lunas
	mkdir -p dist
	VERSION=$(VERSION) ARCH=$(ARCH) SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) nfpm package -f packaging/nfpm.yaml -p deb -t dist/

.PHONY: release
release: ## archives, packages, SBOM and checksums in dist/; needs goreleaser v2.16.0 and syft
	goreleaser release --snapshot --clean --skip=publish,sign

.PHONY: reproducible
reproducible: ## build twice from two folders and compare the bytes
	@scripts/reproducible

.PHONY: test
test: ## all checks and tests, with a PostgreSQL of their own; this is what CI runs
	@scripts/test

.PHONY: check
check: lint ## the quick round: format, vet, staticcheck, tests without race detector
	go test $(PKG)

.PHONY: race
race: ## tests with the race detector; PKG=./internal/engine/... for a part
	@scripts/test $(PKG)

.PHONY: sim
sim: ## simulate days with crashes and lost answers; SEEDS=2000
	go run ./cmd/lunas sim --seeds $(SEEDS)

.PHONY: fuzz
fuzz: ## run every fuzz target; FUZZTIME=30s each
	@scripts/fuzz $(FUZZTIME)

.PHONY: bench
bench: ## benchmarks, without tests; PKG=./internal/payment for a part
	go test -run '^$$' -bench . -benchmem $(PKG)

.PHONY: gen
gen: ## renew what is generated; the TypeScript client where npm is there
	go generate ./...
	@scripts/clients

.PHONY: fmt
fmt: ## format with gofumpt
	go tool -modfile=tools/go.mod gofumpt -w .

.PHONY: lint
lint: ## gofumpt, vet, staticcheck
	@files=$$(go tool -modfile=tools/go.mod gofumpt -l .); test -z "$$files" || { echo "not formatted: $$files"; exit 1; }
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist coverage.* *.prof *.test
