# make demo: everything, from nothing.  make test: the tests.  CONTRIBUTING.md has the rest.
PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo dev test lint bench check lock

help:
	@echo "make demo | dev | test | lint | bench | check | lock     (ARGS=... is handed on)"

.venv/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Tieout needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@test ! -e .venv/.installing || { echo "The last installation was interrupted: beginning again."; rm -rf .venv; }
	@test -x $(PY) || { echo "Making .venv ..."; $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }; }
	@echo "Installing requirements.lock (about 20 seconds) ..."
	@touch .venv/.installing
	@$(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements.lock
	@mv .venv/.installing $@ && touch $@

demo: .venv/.ready
	@exec $(PY) manage.py demo $(ARGS)

dev: .venv/.ready
	@$(PY) manage.py migrate --verbosity 0
	@DEBUG=1 exec $(PY) manage.py runserver $(ARGS)

test: .venv/.ready
	@exec $(PY) -m pytest $(ARGS)

lint: .venv/.ready
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run
	@test ! -d templates || .venv/bin/djlint --check --quiet templates

bench: .venv/.ready
	@exec $(PY) -m benchmarks $(ARGS)

check: lint test
	@$(PY) -m pytest -m long $(ARGS) || test $$? -eq 5

# Needs uv. The lock names no package index and no machine path.
lock:
	uv pip compile requirements.in --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
