PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# each of the many hundred processes of a test run would compile what it imports
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run call test browser bench lint format types docs site pictures image-lock editor-check alerts-check damage chaos suite test-redis test-python lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-13s %s\n", $$1, $$2}'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say PYTHON=/path/to/it"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.compiled: $(READY)
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib store receiver rules workers console || true
	@touch $@

setup: $(READY) $(VENV)/.compiled ## make the environment in .venv

run: setup ## run everything here: receiver, worker, console, embedded store, sandbox phone platform
	@$(BIN)/hookswitch dev $(ARGS)

call: $(READY) ## place a simulated call on the running sandbox
	@$(BIN)/hookswitch simulate call $(ARGS)

lint: $(READY) ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## static types
	$(BIN)/mypy

HOOKSWITCH_TEST_BROWSER ?=
CHROMIUM := $(or $(HOOKSWITCH_TEST_BROWSER),chromium)
JOBS ?= 3
test: ## formatting and lint, then types, then every test; JOBS at once, or those of ARGS
	@$(MAKE) --no-print-directory -j 2 browser lint types suite

suite: browser lint types $(VENV)/.bytecode
ifdef ARGS
	$(BIN)/pytest $(ARGS)
else
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
endif

# of all that tests import: made once, beside the types, not by each of the processes that begin together
$(VENV)/.bytecode: $(READY)
	@$(BIN)/pytest --collect-only -qq >/dev/null 2>&1 || true
	@touch $@

format: $(READY) ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.bench: $(READY) requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

bench: $(VENV)/.bench ## measure, side by side with the alternatives; ARGS=--quick for two minutes
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(READY) ## make the reference pages and the schemas for editors anew
	@$(BIN)/hookswitch reference --write docs/reference
	@$(BIN)/hookswitch schema --write rules/schema

site: $(READY) ## build the documentation as a site in build/site
	@$(BIN)/python -m tools.site build/site

pictures: $(READY) ## take the pictures of the documentation anew (needs a Chromium)
	@$(BIN)/python -m tools.pictures docs/pictures

image-lock: $(READY) ## make the libraries of the container image anew from requirements.txt
	@$(BIN)/python -m tools.image.lock

editor-check: $(READY) ## try the schemas with a real YAML language server (needs Node 20 and npm)
	@$(BIN)/python -m tools.editors.check

alerts-check: ## play the alerts to Prometheus' own promtool (needs Prometheus)
	@command -v promtool >/dev/null || { echo "promtool is not here: it comes with Prometheus (Debian: prometheus)"; exit 2; }
	cd deploy/prometheus && promtool check config --syntax-only prometheus.yml && promtool check rules alerts.yml && \
	  promtool test rules alerts.test.yml

damage: $(READY) ## ten thousand damaged rule files, read, checked, and under a worker
	@$(BIN)/python -m benchmarks.damage $(ARGS)

SEED ?=
MINUTES ?= 5
RATE ?= 30
chaos: $(READY) ## a bad day: SEED, MINUTES, RATE; kill, cut and fill everything, then account for every event
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --minutes $(MINUTES) --rate $(RATE)

SERVER ?= redis-server
test-redis: $(READY) ## the tests of store, workers and receiver on another server: SERVER=/path/to/redis-server
	HOOKSWITCH_TEST_SERVER=$$(command -v $(SERVER)) $(BIN)/pytest -n 2 --dist loadfile tests/store tests/workers tests/receiver $(ARGS)

OTHER = build/$(notdir $(PYTHON))
test-python: browser ## types and every test on another Python, in an environment of its own: PYTHON=python3.13
	@$(MAKE) setup VENV=$(OTHER)
	$(OTHER)/bin/mypy --python-version $$($(OTHER)/bin/python -c 'print("{0}.{1}".format(*__import__("sys").version_info))')
	$(OTHER)/bin/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

browser: ## see to a Chromium for the browser tests: the one on PATH, else Debian's
	@command -v $(CHROMIUM) >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium; } || { echo "the browser \
	tests need Chromium, and it can only be installed here by root with apt-get: install it, or name yours with \
	HOOKSWITCH_TEST_BROWSER=/path/to/it"; exit 2; }

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --extra dev --extra docs --extra otel pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-header --no-annotate --extra bench -c requirements.txt pyproject.toml -o requirements-bench.txt

clean: ## forget the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build
	find . -name __pycache__ -prune -exec rm -rf {} +
