# `make demo` and `make test` do all the set-up they need; a second run is quick.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name))))
PY := .venv/bin/python
READY := .venv/.ready
PACKAGES := portal bss settlement realname closure porting complaints desk demo
# The tests' order: shuffled, and the same each time, so that what failed fails again. Try others: SHUFFLE=7.
SHUFFLE ?= 630534309
PYTEST := $(PY) -m pytest -n 2 --randomly-seed=$(SHUFFLE)
export PORT HOST PROVINCES

.PHONY: demo stop test test-quick chaos chaos-quick chaos-mutants chaos-points bench check format docs lock browser environment clean
.DEFAULT_GOAL := demo

demo: $(READY)  ## the whole product with a seeded world, until Ctrl-C
	@exec $(PY) -m portal.servers demo

stop: $(READY)  ## end a demo that runs elsewhere
	@$(PY) -m portal.servers stop

test: browser  ## every test, the browser's too
	$(PYTEST)

test-quick: $(READY)  ## rules, apps and law; no browser
	$(PYTEST) -m "rules or apps or law"

chaos-quick: $(READY)  ## kill the product at ten places of every flow, and twenty times in its recovery
	@DJANGO_SETTINGS_MODULE=portal.settings.chaos $(PY) -m chaos quick --seed $(or $(SEED),$(SHUFFLE))

chaos: $(READY)  ## at every place, with double deaths and the whole matrix of province faults
	@DJANGO_SETTINGS_MODULE=portal.settings.chaos $(PY) -m chaos full $(if $(SEED),--seed $(SEED))

chaos-mutants: $(READY)  ## spoil the product in twenty-three ways: each is caught by the invariant it names
	@DJANGO_SETTINGS_MODULE=portal.settings.chaos $(PY) -m chaos mutants $(if $(SEED),--seed $(SEED))

chaos-points: $(READY)  ## write down the crash points anew: fewer than before need a reason
	@DJANGO_SETTINGS_MODULE=portal.settings.chaos $(PY) -m chaos lock --seed 1

bench: $(READY)  ## the paths beside peers and the bare database; ONLY=posting runs one
	$(PY) -m bench $(ONLY)

check: $(READY)  ## the gate: the same in the hook and in CI
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(PACKAGES) chaos bench tests manage.py
	git ls-files -z 'templates/*.html' | xargs -0 -r .venv/bin/djade --target-version 5.2 --check
	.venv/bin/lint-imports
	$(PY) -m tests.without_server makemigrations --check --dry-run
	.ci/as-production $(PY) manage.py check --deploy --fail-level WARNING

format: $(READY)  ## what a machine can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	git ls-files -z 'templates/*.html' | xargs -0 -r .venv/bin/djade --target-version 5.2

docs: $(READY)  ## the API's description, and no dead link between the pages
	@mkdir -p build
	$(PY) manage.py spectacular --file build/openapi.yaml
	$(PY) -m tests.links

lock: $(READY)  ## new lock files; they name no host
	$(PY) -m uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(PY) -m uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.lock

browser: $(READY)  ## Chromium and a Chinese font: found, or installed
	@$(PY) -m tests.browser

environment: $(READY)

$(READY): requirements-dev.lock
	@.ci/environment "$(PYTHON)"
	@touch $@

clean: stop  ## the demo's and the tests' data
	rm -rf .data out build .mypy_cache .ruff_cache .pytest_cache
