# Every target builds its own .venv first; a second run finds it complete and touches no network.
PYTHON ?= python3
BIN := .venv/bin
BENCHES := start evidence chat knowledge drafts embedded embedded_server language

SECONDS := 600
# Two files of tests at a time: each starts servers of its own, so more than two crowd each other out of their time.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile --no-loadscope-reorder
# Ten people at once, on bad days, within Discord's three seconds: these have the machine to themselves.
ALONE := tests/scenarios

.DEFAULT_GOAL := help
.PHONY: help try up test test-fast lint audit format faults bench soak clean venv venv-dev

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

try: venv ## start Colophon with embedded models and a page on this machine
	@exec $(BIN)/colophon try $(ARGS)

up: venv ## start Colophon for Discord, as colophon.toml says
	@exec $(BIN)/colophon up $(ARGS)

test: venv-dev ## run all tests (real processes included, about three quarters of an hour on two cores)
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) --ignore $(ALONE)
	@$(BIN)/python -m pytest $(ALONE)
endif

test-fast: venv-dev ## run the tests that need no model, server or browser
	@$(BIN)/python -m pytest -m "not slow" $(ARGS)

lint: venv-dev ## check formatting, types and the rules of the house
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: venv-dev ## look for known holes in what we use and for patterns of them in our own; write build/sbom.json
	@mkdir -p build
	@$(BIN)/bandit -q -c pyproject.toml -r bot models storage verifier scripts
	@$(BIN)/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json
	@$(BIN)/python scripts/audit.py

format: venv-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

faults: venv-dev ## put every fault in, and write docs/faults.md of what comes of it
	@$(BIN)/python -m tests.faults $(ARGS)

bench: venv-dev $(addprefix bench-,$(BENCHES)) ## measure; tables here, figures in build/bench/*.json

bench-%: venv-dev
	@$(BIN)/python -m tests.bench.bench_$*

soak: venv-dev ## let 200 members live with faults for SECONDS=600, then draw up the account
	@$(BIN)/python -m tests.bench.soak --seconds $(SECONDS) $(ARGS)

clean: ## remove everything that was built (not your data)
	rm -rf .venv .venv.lock build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

venv:
	@$(PYTHON) scripts/bootstrap.py run

venv-dev:
	@$(PYTHON) scripts/bootstrap.py dev
