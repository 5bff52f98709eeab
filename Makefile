# Everything that is typed here works on a fresh machine with git, make and Python 3.11 or newer.
#
#   make PYTHON=/opt/python3.12/bin/python3    another interpreter
#   make test ARGS="-k query -x"               only some tests
#   make test VENV=/tmp/venv                   another virtual environment than .venv

VENV ?= .venv
REQUIREMENTS ?= requirements/dev.txt
ARGS ?=
BIN := $(abspath $(VENV))/bin
SAMPLE_VENV := build/sample-venv
BENCH_VENV := build/bench-venv
INTEGRATIONS_VENV := build/integrations-venv

# The first interpreter that is new enough and can make virtual environments.
FITS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
CANDIDATES := python3 python3.11 python3.12 python3.13 python3.14 /usr/local/bin/python3 /usr/bin/python3
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	if "$$python" -c "$(FITS)" >/dev/null 2>&1; then echo "$$python"; break; fi; done)
# Addresses of package registries stay out of what is shown: pip says only what goes wrong.
PIP := -m pip --quiet --quiet --disable-pip-version-check --no-input install

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-integrations lint style types layers check bench clean distclean python

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 26

python:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "error: no Python 3.11 or newer with venv and ensurepip was found" >&2; \
	  echo "hint: install it (Debian: apt-get install python3 python3-venv), or make PYTHON=/path/to/python3" >&2; \
	  exit 1; fi

setup: $(VENV)/.stamp  ## make the virtual environment .venv with exp and its tools

# The stamp holds the name of the requirements, so that another set is installed when it is asked for.
$(VENV)/.stamp: $(REQUIREMENTS) pyproject.toml | python
	@echo "setting up $(VENV) from $(REQUIREMENTS) (a minute or two the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python $(PIP) -r $(REQUIREMENTS)
	@$(VENV)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(SAMPLE_VENV)/.stamp: requirements/sample.txt | python
	@echo "setting up $(SAMPLE_VENV), what the sample project trains with"
	@mkdir -p build
	@$(PYTHON) -m venv $(SAMPLE_VENV)
	@$(SAMPLE_VENV)/bin/python $(PIP) -r requirements/sample.txt
	@touch $@

# MLflow is a peer to measure, not a need: without it the benchmark says so and goes on.
$(BENCH_VENV)/.stamp: requirements/bench.txt | python
	@echo "setting up $(BENCH_VENV), the peers to measure"
	@mkdir -p build
	@$(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python $(PIP) -r requirements/bench.txt || echo "the peers can't be installed: they are left out"
	@touch $@

# An environment of its own: frameworks are large, and none of them is a dependency of exp. Few of their modules are
# ever imported, so none is compiled before.
$(INTEGRATIONS_VENV)/.stamp: requirements/integrations.txt pyproject.toml | python
	@echo "setting up $(INTEGRATIONS_VENV), the frameworks of expbench.integrations (1.6 GB, about two minutes)"
	@mkdir -p build
	@$(PYTHON) -m venv $(INTEGRATIONS_VENV)
	@$(INTEGRATIONS_VENV)/bin/python $(PIP) --no-compile -r requirements/integrations.txt
	@$(INTEGRATIONS_VENV)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.stamp $(SAMPLE_VENV)/.stamp  ## record three real runs of the sample project, list and compare them
	@PATH="$(abspath $(SAMPLE_VENV))/bin:$(BIN):$$PATH" sh sample_project/demo.sh build/demo

test: $(VENV)/.stamp  ## run the tests
	@PATH="$(BIN):$$PATH" $(BIN)/python -m pytest -n auto $(ARGS)

test-integrations: $(INTEGRATIONS_VENV)/.stamp  ## run the tests of the integrations with the real frameworks
	@PATH="$(abspath $(INTEGRATIONS_VENV))/bin:$$PATH" $(INTEGRATIONS_VENV)/bin/python -m pytest tests/integrations -n auto $(ARGS)

lint: style types layers  ## style, types and layers
style: $(VENV)/.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: $(VENV)/.stamp
	$(BIN)/mypy
layers: $(VENV)/.stamp
	$(BIN)/lint-imports

check: lint test  ## what must hold before a commit: lint, then test

bench: $(VENV)/.stamp $(BENCH_VENV)/.stamp  ## measure CPU and memory against peers, as ratios
	@PATH="$(BIN):$$PATH" $(BIN)/python -m bench.run --peers $(BENCH_VENV) $(ARGS)

clean:  ## remove what was built, all but .venv
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## remove .venv too
	rm -rf .venv
