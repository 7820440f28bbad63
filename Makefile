# Centralita. `make` lists what there is; ARGS go to the command behind.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
COMPILE := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check bench lock clean

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Install what the gateway needs into .venv
	@$(PYTHON) scripts/bootstrap.py

demo: setup  ## Calls against the simulator on this machine: no keys, no internet
	@$(BIN)/python -m simulator.demo $(ARGS)

run: setup  ## The gateway with the settings of .env
	@$(BIN)/gateway run $(ARGS)

test:  ## All tests and gates (ARGS="tests/control_plane -k name")
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(BIN)/python scripts/run_tests.py $(ARGS)

check:  ## ruff and mypy
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy control_plane metrics_sidecar simulator stack scripts

bench: setup  ## Measure how many calls one process carries
	@$(BIN)/python -m benchmarks.calls $(ARGS)

lock: setup  ## Write both lock files anew from pyproject.toml
	$(COMPILE) --extra simulator pyproject.toml -o requirements.lock
	$(COMPILE) --extra simulator --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## Remove everything that was made here, but neither data nor settings
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
