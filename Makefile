# Targets for people and for CI. Nothing but Go (and make) is needed; -race needs a C compiler and is used where there is one.

GO      ?= go
BIN     := dakota-reconcile
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS := -s -w -X dakota-reconcile/cli.release=$(VERSION)
CC_NAME := $(shell $(GO) env CC)
RACE    := $(shell command -v $(CC_NAME) >/dev/null 2>&1 && echo -race)
# Run by version, not as tool entries: their own modules ask for versions that the rest of go.mod would have to follow.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.2.0
SEEDS   ?= 100000
FUZZ    ?= 1m

.PHONY: help demo test check build fuzz bench soak cover release clean

help: ## Show these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: ## Run the main job against the built-in simulator; leaves its files in ./demo
	@CGO_ENABLED=0 $(GO) run . demo --dir demo

test: ## Run all tests, with the race detector where a C compiler is found
	@if [ -z "$(RACE)" ]; then echo "no C compiler ($(CC_NAME)) found: the tests run without the race detector"; fi
	$(if $(RACE),CGO_ENABLED=1) $(GO) test $(RACE) ./...

check: ## Formatting, vet, static analysis, known vulnerabilities (where their database can be reached)
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	@$(GO) run $(GOVULNCHECK) ./... || { [ $$? -eq 3 ] && exit 1; echo "note: govulncheck could not reach its database; run it where it can"; }

build: ## Build ./dakota-reconcile
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) .

fuzz: ## Run every fuzz target for FUZZ (1m)
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg 2>/dev/null | grep '^Fuzz'); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZ) $$pkg || exit 1; \
	  done; done

bench: ## Run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 1x ./...

soak: ## Run the simulation with SEEDS (100000) seeds
	$(GO) test -run TestSimulation -timeout 0 ./reconcile -sim.seeds $(SEEDS)

cover: ## Report the tests' coverage
	$(GO) test -coverprofile=coverage.out ./... && $(GO) tool cover -func=coverage.out | tail -1

release: ## Build binaries for six platforms into ./dist, with checksums
	@rm -rf dist && mkdir dist
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
	  out=dist/$(BIN)-$$os-$$arch; [ $$os = windows ] && out=$$out.exe; echo $$out; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $$out . || exit 1; \
	done; done
	@cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

clean: ## Remove what the targets made
	rm -rf $(BIN) dist demo coverage.out
