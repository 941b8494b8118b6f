# What people and CI type. `make help` lists it.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PORT ?= 8000
DEMO_DIR ?=
PYTEST_ARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

DEFINITION := setup.cfg pyproject.toml
# Each worker of pytest starts servers of its own: more workers than two need more memory
# than time.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-quick check bench clean system-packages

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## run everything on this machine at http://127.0.0.1:8000 (PORT=…, DEMO_DIR=…)
	PORT="$(PORT)" DEMO_DIR="$(DEMO_DIR)" $(BIN)/idp-bridge demo

test: system-packages $(VENV)/.test ## install what is missing and run every test, with real servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term \
		--cov-fail-under=85 $(PYTEST_ARGS)

test-quick: $(VENV)/.test ## run the tests that need nothing but Python
	$(BIN)/python -m pytest -n $(WORKERS) -m "not peers and not browser" $(PYTEST_ARGS)

check: $(VENV)/.dev ## check format, style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The extra `fast` needs a C compiler; without one the rest is measured all the same.
bench: system-packages $(VENV)/.test ## measure logins, a large federation and a large permission store (BENCH_DIR=…)
	-$(BIN)/python -m pip install --quiet --editable '.[test,fast]'
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks metadata --entities 10000
	$(BIN)/python -m benchmarks administration $(if $(BENCH_DIR),--keep "$(BENCH_DIR)")

clean: ## delete what was made here, but not the demo's data
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* htmlcov
	find . -name __pycache__ -prune -exec rm -rf {} +

system-packages:
	@tools/install-debian.sh tests

$(BIN)/python:
	@PYTHON=$(PYTHON) tools/install-debian.sh python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# Reinstalled when the definition of the package changes.
$(VENV)/.run: $(DEFINITION) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: $(DEFINITION) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.dev: $(DEFINITION) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.run
