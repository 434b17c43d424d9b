# Every way into the project; `make help` lists them.

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TORCH_INDEX ?=
ARGS ?=
M ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt
BASE := $(VENV)/base.stamp
XTTS := $(VENV)/xtts.stamp
TEST := $(VENV)/test.stamp
DEV := $(VENV)/dev.stamp
# The clients of others, which the product must never see: an environment of their own.
CLIENTS := .venv-clients
PY_CLIENTS := $(CLIENTS)/python.stamp
JS_CLIENTS := $(CLIENTS)/js.stamp
NPM ?= $(shell command -v npm)
# What covers domain and application; the model in its child process adds minutes and no line of theirs.
COVERING := tests/unit/domain tests/unit/application tests/contracts -k "not xtts"

.DEFAULT_GOAL := help
.PHONY: help run xtts test test-kills test-memory test-gpu check lint types imports cov bench bench-sound bench-sockets bench-xtts bench-many migrate settings revision clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(BASE) ## install what is missing, migrate, and speak on http://127.0.0.1:8000
	@$(BIN)/rhapsode migrate
	@exec $(BIN)/rhapsode serve

xtts: $(XTTS) ## install what the XTTS engine needs; the model itself is yours to fetch
	@echo "next: $(BIN)/rhapsode model download --accept-license"

test: $(TEST) ## the whole suite (ARGS="-k voices" picks; REQUIRE_ALL=1 forbids skips)
	@$(MAKE) --no-print-directory $(PY_CLIENTS) $(if $(NPM),$(JS_CLIENTS)) || \
		echo "the real clients could not be installed: tests that need them are skipped"
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

test-kills: $(TEST) ## 200 kills during a voice save, on each database
	@RHAPSODE_TEST_KILLS=200 $(BIN)/python -m pytest tests/unit/adapters/sql/test_killed.py --timeout 600 $(ARGS)

test-memory: $(TEST) ## memory and threads over 2,000 lines of XTTS, a fifth of them left early
	@RHAPSODE_TEST_LINES=2000 $(BIN)/python -m pytest tests/integration/test_xtts_memory.py --timeout 600 $(ARGS)

test-gpu: $(TEST) ## the tests that need a CUDA device
	@$(BIN)/python -m pytest -m gpu $(ARGS)

check: lint types imports test ## all that must be green before a commit

lint: $(DEV) ## ruff: every rule, and the format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

imports: $(DEV) ## the rings: who may import whom
	@$(BIN)/lint-imports

cov: $(TEST) ## branch coverage of domain and application; under 95 % fails
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(COVERING) --cov=domain --cov=application \
		--cov-branch --cov-report=term-missing --cov-fail-under=95 $(ARGS)

bench: $(TEST) ## first audio and throughput of the machine you sit at
	@$(BIN)/python -m bench.first_audio $(ARGS)
	@$(BIN)/python -m bench.throughput $(ARGS)
	@$(BIN)/python -m bench.registry $(ARGS)

bench-sound: $(TEST) ## what finishing and each dialect add to first audio (3 minutes)
	@$(BIN)/python -m bench.finishing $(ARGS)
	@$(BIN)/python -m bench.dialects $(ARGS)

bench-sockets: $(TEST) ## a hundred paced sockets: lead, underruns, first audio after a flush (1 minute)
	@$(BIN)/python -m bench.sockets $(ARGS)

bench-xtts: $(TEST) ## XTTS beside coqui's own stream, and with a busy server (12 minutes, 8 GB)
	@$(BIN)/python -m bench.xtts $(ARGS)
	@$(BIN)/python -m bench.xtts_busy $(ARGS)

bench-many: $(TEST) ## many listeners on one XTTS model, beside coqui's behind a lock (10 minutes, 8 GB)
	@$(BIN)/python -m bench.concurrency $(ARGS)

migrate: $(BASE) ## bring the database to the newest schema
	@$(BIN)/rhapsode migrate

settings: $(BASE) ## write docs/settings.md and the example files anew
	@$(BIN)/python -m entrypoints.cli.settings_page

revision: $(BASE) ## write a new migration: make revision M="voices get a language"
	@test -n "$(M)" || { echo 'say what changes: make revision M="voices get a language"'; exit 2; }
	@$(BIN)/python -m adapters.sql.revision "$(M)"

clean: ## remove the environment and every cache; data/ stays
	@rm -rf $(VENV) $(CLIENTS) build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find src tests bench examples migrations -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo 'Rhapsode needs Python 3.11 or newer: make PYTHON=/path/to/python3'; exit 2; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 2; }

$(BASE): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing Rhapsode (121 MB to fetch, the first time only)"
	@$(INSTALL) --editable .
	@touch $@

# torch goes first and alone: a CPU build, once there, satisfies every later requirement, so that none pulls in CUDA.
$(XTTS): $(BASE)
	@echo "installing the XTTS engine (500 MB to fetch, the first time only)"
	@$(INSTALL) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch
	@$(INSTALL) --editable '.[xtts]'
	@touch $@

$(TEST): $(XTTS)
	@echo "installing the tests (20 MB to fetch, the first time only)"
	@$(INSTALL) --editable '.[test,xtts]'
	@touch $@

$(DEV): $(TEST)
	@$(INSTALL) --editable '.[dev,xtts]'
	@touch $@

$(PY_CLIENTS): tests/e2e/clients.txt | $(BIN)/python
	@echo "installing the real Python clients for the tests (175 MB to fetch, the first time only)"
	@mkdir -p $(CLIENTS)
	@$(BIN)/python -m venv --clear --without-pip $(CLIENTS)/python
	@$(PIP) --python $(CLIENTS)/python/bin/python install --quiet --no-deps --no-compile --requirement $<
	@touch $@

$(JS_CLIENTS): tests/e2e/package-lock.json | $(BIN)/python
	@echo "installing the real JavaScript clients for the tests (12 MB to fetch, the first time only)"
	@mkdir -p $(CLIENTS)/js
	@cp tests/e2e/package.json tests/e2e/package-lock.json $(CLIENTS)/js
	@cd $(CLIENTS)/js && $(NPM) ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@
