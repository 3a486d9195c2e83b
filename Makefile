# Every target works in a fresh clone: it first makes .venv and installs what requirements/lock.txt names, once.
# `make` alone lists the targets.

PY := .venv/bin/python
LOCALES := $(wildcard src/tocsin/locale/*/LC_MESSAGES/tocsin.po)
CATALOGUES := $(LOCALES:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help demo test test-docs test-real test-front check format lock catalogues front system-packages system-packages-real eval bench bench-full screenshots clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

KERNEL := $(wildcard src/tocsin/screen/match/compiled/*.[ch] src/tocsin/story/compiled/*.[ch])

.venv/ready: requirements/lock.txt pyproject.toml scripts/setup scripts/hatch_build.py $(KERNEL)
	@sh scripts/setup

# The catalogues are compiled from what translators edit; the wheel does the same in scripts/hatch_build.py.
$(CATALOGUES): %.mo: %.po .venv/ready
	@$(PY) scripts/compile_catalogues.py $<

catalogues: .venv/ready $(CATALOGUES)  ## compile the translations

# Files of others for the pages (styles, fonts, icons, charts): from npm by package-lock.json, never committed.
# Without npm and without a network the pages stay readable with our own styles, and one line says what is missing.
FRONT := src/tocsin/web/static/vendor/ready

$(FRONT): package.json package-lock.json .npmrc $(filter-out %.md,$(wildcard scripts/front/*)) | .venv/ready
	@sh scripts/front/make

front: $(FRONT)  ## install and build the front-end files of others

demo: catalogues $(FRONT)  ## play the demonstration in the terminal
	@.venv/bin/tocsin demo

test: catalogues system-packages $(FRONT)  ## run all the tests
	@$(PY) -m pytest -n 2 --dist loadgroup -m "not real" tests

# What these need on top lies beside the environment, which stays as the lock makes it; Node's packages are installed by
# the tests themselves. A server that is not there skips its tests, with the reason.
REAL := build/real/python/ready

$(REAL): requirements/real.txt requirements/replay.txt .venv/ready
	@rm -rf build/real/python build/real/replay && mkdir -p build/real && for pair in real:python replay:replay; do \
	  .venv/bin/uv pip install --quiet --python $(PY) --target "build/real/$${pair##*:}" --require-hashes \
	  -r "requirements/$${pair%%:*}.txt" || exit 1; done && touch $@

test-real: catalogues system-packages-real $(REAL)  ## run the tests against real servers, each started here (Node, PHP, Dovecot: what is there)
	@$(PY) -m pytest -m real -rs tests/real

test-docs: catalogues  ## check that the documentation tells all there is
	@$(PY) -m pytest tests/docs

test-front: $(FRONT)  ## run the tests of the scripts of the pages
	@sh scripts/front/test

check: catalogues  ## format, lint, types, arrows between modules, sizes, translations, leaks, documentation
	@$(PY) scripts/check.py

format: .venv/ready  ## write the code in its usual format
	@.venv/bin/ruff format -q && .venv/bin/ruff check --fix

lock: .venv/ready  ## find the newest versions of the dependencies and write them with their hashes
	@cd requirements && for pair in dev.in:lock.txt node.in:node.txt replay.in:replay.txt; do \
	  ../.venv/bin/uv pip compile "$${pair%%:*}" --quiet --upgrade --no-header --no-annotate \
	  --generate-hashes --universal --python-version 3.11 -o "$${pair##*:}" || exit 1; done
	@cd requirements && grep -E '^[a-zA-Z0-9]' lock.txt | sed 's/ *\\$$//' > real.constraints && ../.venv/bin/uv pip compile \
	  real.in -c real.constraints --quiet --upgrade --no-header --no-annotate --generate-hashes --universal \
	  --python-version 3.11 -o real.txt; rm -f real.constraints
	@touch requirements/lock.txt

system-packages:
	@sh scripts/system-packages

system-packages-real:
	@sh scripts/system-packages real

eval: catalogues  ## measure the quality of the readings on labelled data, and fail under the floors
	@$(PY) -m eval.reading && $(PY) -m eval.surges && $(PY) -m eval.nab && $(PY) -m eval.rises && $(PY) -m eval.crises && $(PY) -m eval.plumbing && $(PY) -m eval.stories && $(PY) -m eval.forecast && $(PY) -m eval.spread && $(PY) -m eval.together && $(PY) -m eval.bombs && $(PY) -m eval.qualify && $(PY) -m eval.evidence

bench: catalogues  ## measure the speed, quickly (about three minutes)
	@$(PY) -m bench.run --quick && $(PY) -m bench.feeds

bench-full: catalogues  ## measure the speed in full and rewrite docs/benchmarks.md
	@$(PY) -m bench.run --full && $(PY) -m bench.report

screenshots: catalogues $(FRONT)  ## take the pictures of the documentation anew
	@$(PY) scripts/screenshots.py

clean:  ## remove all that was made
	@rm -rf .venv node_modules src/tocsin/web/static/vendor build dist .bench .mypy_cache .ruff_cache .import_linter_cache .hypothesis $(CATALOGUES)
	@find src tests bench eval scripts -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
