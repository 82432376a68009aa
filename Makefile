# smppagent. `make help` lists what there is.
# Needs Go; `make setup` installs what else the tests need on Debian.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BUILD    ?= build
TAGS     ?=
FUZZTIME ?= 20s
CUTS     ?= 60
STATES   ?= 100000
TORTURE_STATES ?= 5000000
export BUILD FUZZTIME

# Where git cannot tell the commit, because there is none or the tree is somebody else's, the binary
# goes without it.
ifneq ($(shell git rev-parse HEAD >/dev/null 2>&1 && echo yes),yes)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.PHONY: help build run demo test setup lint race damage crash torture interop conformance cross size qemu cuts powercut bench fuzz cover clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | awk -F '\t' '{ printf "  make %-11s %s\n", $$1, $$2 }'

build: ## build the agent for this machine: build/smppagent (TAGS=tiny for the small one)
	CGO_ENABLED=0 go build -trimpath -tags "$(TAGS)" $(if $(filter tiny,$(TAGS)),-gcflags=all=-l) -ldflags "-s -w" -o $(BUILD)/smppagent ./cmd/smppagent

run: build ## run the agent with config.toml against the built-in SMSC; Ctrl-C ends both
	@setsid $(BUILD)/smppagent sim --no-console & sim=$$!; \
	trap 'kill $$sim 2>/dev/null || true' EXIT; trap : INT TERM; \
	$(BUILD)/smppagent run --config config.toml

demo: build ## show the whole way of an alert, with the link cut and the agent killed in between
	$(BUILD)/smppagent demo

test: setup lint race damage crash interop conformance cross qemu cuts ## everything that must hold: lint, tests with -race, foreign targets under qemu-user

setup: ## install the Debian packages that the tests need, if missing
	@scripts/setup

lint: ## gofmt, go vet, staticcheck; the units in packaging
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt would change:"; echo "$$bad"; exit 1; fi
	go vet ./...
	go vet -tags tiny ./...
	go tool staticcheck ./...
	@scripts/units

race: ## the tests of this machine, with the race detector
	go test -race ./...

damage: ## a queue cut short at every octet, and with every octet flipped
	TORTURE=1 go test -run '^TestEvery' ./internal/queue

crash: ## 100,000 states that a power cut may leave the queue in, and faults planted in it that must be found
	STATES=$(STATES) CRASH_SEED=1 PLANTED=fast go test -count=1 -v -run '^(TestCrash|TestCrashProducers|TestPlantedFaults)$$' ./internal/queue

torture: ## the same with millions of states from another seed each time, all planted faults, and more
	STATES=$(TORTURE_STATES) CRASH_SEED=$${CRASH_SEED:-$$(date +%s)} ROUNDS=2000 go test -count=1 -timeout 0 -v -run '^TestCrash(Producers)?$$' ./internal/queue
	PLANTED=all go test -count=1 -timeout 0 -v -run '^TestPlantedFaults$$' ./internal/queue
	TORTURE=1 go test -count=1 -timeout 0 ./internal/queue
	TORTURE_ROUNDS=200 go test -count=1 -timeout 0 -v -run '^TestKillUnderLoad$$' ./cmd/smppagent

interop: ## the agent against SMSCs that were written elsewhere, fetched into build/interop
	@scripts/interop

conformance: ## the modem that we are, used by smstools, gammu, gnokii and ModemManager
	@scripts/conformance

cross: ## build every target, build/linux-armv7/smppagent and so on, full and tiny, and prove each static
	@scripts/cross

size: cross ## the size of each of them; fails over the budget in scripts/targets
	@scripts/size

qemu: cross ## tests and the built agent on arm, mips (big-endian) and riscv64 under qemu-user
	@scripts/qemu

cuts: cross ## a few real power cuts of a small ARM machine in QEMU, and the proof that they find a fault
	@scripts/powercut -short

powercut: cross ## CUTS (60) real power cuts on ext4, f2fs, JFFS2 and UBIFS, about half an hour
	@scripts/powercut -cuts "$(CUTS)"

bench: ## codec, session and queue figures; beside other libraries' (bench, a module of its own)
	go test -run '^$$' -bench . -benchmem ./internal/pdu ./internal/smpp ./internal/queue
	cd bench && go vet ./... && go run ./codec && go run ./session && go run ./queue

fuzz: ## every fuzz target for FUZZTIME (20s) each
	@scripts/fuzz

cover: ## how much of each package its tests run
	@mkdir -p $(BUILD)
	go test -coverprofile $(BUILD)/cover.out ./...
	@go tool cover -func $(BUILD)/cover.out | tail -n 1

clean: ## remove what was built and what `make run` left
	rm -rf $(BUILD) run
