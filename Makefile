# Every target builds its own .venv first; a second run finds it complete and touches no network.
PYTHON ?= python3
BIN := .venv/bin
BENCHES := start evidence chat knowledge drafts embedded embedded_server language

.DEFAULT_GOAL := help
.PHONY: help try up test test-fast lint format bench clean venv venv-dev

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

try: venv ## start Colophon with embedded models and a page on this machine
	@exec $(BIN)/colophon try $(ARGS)

up: venv ## start Colophon for Discord, as colophon.toml says
	@exec $(BIN)/colophon up $(ARGS)

test: venv-dev ## run all tests (real processes included, about ten minutes on two cores)
	@$(BIN)/python -m pytest $(ARGS)

test-fast: venv-dev ## run the tests that need no model, server or browser
	@$(BIN)/python -m pytest -m "not slow" $(ARGS)

lint: venv-dev ## check formatting, types and the rules of the house
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: venv-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: venv-dev $(addprefix bench-,$(BENCHES)) ## measure; tables here, figures in build/bench/*.json

bench-%: venv-dev
	@$(BIN)/python -m tests.bench.bench_$*

clean: ## remove everything that was built (not your data)
	rm -rf .venv .venv.lock build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

venv:
	@$(PYTHON) scripts/bootstrap.py run

venv-dev:
	@$(PYTHON) scripts/bootstrap.py dev
