# Centralita. `make` lists what there is; ARGS go to the command behind.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
COMPILE := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup front demo up run test check footprint bench bench-turns bench-peers soak screenshots lock clean

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Install what the gateway needs into .venv
	@$(PYTHON) scripts/bootstrap.py

front: setup
	@$(PYTHON) scripts/system_parts.py nginx || true
	@$(PYTHON) scripts/dashboard.py

demo: front  ## A call against the simulator, to watch live: no keys, no internet
	@$(BIN)/python -m simulator.demo $(ARGS)

up: front  ## The whole installation with the settings of .env, until Ctrl-C
	@$(BIN)/python -m stack up $(ARGS)

run: setup  ## The control plane alone with the settings of .env
	@$(BIN)/gateway run $(ARGS)

test:  ## All tests and gates (ARGS="tests/control_plane -k name")
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(BIN)/python -m scripts.run_tests $(ARGS)

check:  ## ruff and mypy
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy control_plane metrics_sidecar simulator stack scripts

footprint: front  ## Measure what the idle installation takes: memory and disk
	@$(BIN)/python -m stack footprint

bench: setup  ## Measure how many calls one process carries
	@$(BIN)/python -m benchmarks.calls $(ARGS)

bench-turns: setup  ## Measure how human the turn taking is (ARGS="--language en")
	@$(BIN)/python -m benchmarks.turns $(ARGS)

soak: setup  ## Play calls of all sorts and look whether anything is left of them (ARGS="--minutes 60 --at-once 50")
	@$(BIN)/python -m benchmarks.soak $(ARGS)

bench-peers: setup  ## Measure this gateway beside pipecat (ARGS="--quick")
	@$(BIN)/python -m benchmarks.peers $(ARGS)

screenshots: front  ## Take the pictures in docs/images anew, of simulated calls
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(PYTHON) scripts/system_parts.py chromium
	@$(BIN)/python -m scripts.screenshots $(ARGS)

lock: setup  ## Write both lock files anew from pyproject.toml
	$(COMPILE) --extra simulator pyproject.toml -o requirements.lock
	$(COMPILE) --extra simulator --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) benchmarks/peers/requirements.in -o benchmarks/peers/requirements.lock

clean:  ## Remove everything that was made here, but neither data nor settings
	rm -rf dashboard/dist dashboard/node_modules .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
