# Every target sets up $(VENV) by itself; nothing needs root. With uv on the PATH, that takes seconds instead of minutes.
#   make demo       a small real dataset in demo/
#   make test       all tests but the products marked `full`, and the small consumers; COVER=1 measures branches too,
#                   TESTS='-m "not serial"' leaves some out, as pytest's options do
#   make test-all   the same with those products
#   make test-core  the tests of the core, in an environment without Blender
#   make test-consumers  trainers and evaluators load their exports, each in an environment of its own, of gigabytes
#   make coverage   the branches that tests without Blender cover; fails below 95 % of a package
#   make mutants    small changes of the code that no test notices: MUTANTS=40 SEED=0
#   make kills      runs killed at random moments, and their datasets compared: KILLS=30 SEED=0
#   make fuzz       the scorer against random text, for SECONDS=120, each adapter against COUNT=100000 random responses,
#                   the pieces of text whose repetition takes longest to score, commands against damaged datasets
#   make lint       ruff, import-linter, mypy
#   make bench      the figures that the README quotes
VENV ?= .venv
CORE_VENV ?= .venv-core
FUZZ_VENV ?= .venv-fuzz
SECONDS ?= 120
COUNT ?= 100000
MUTANTS ?= 40
SEED ?= 0
KILLS ?= 30
JOBS ?= 2
CONSUMER_VENVS ?= .venv-consumers
BIN := $(VENV)/bin

# The first Python that a long-term Blender is built for; a shim that starts no Python does not count.
CANDIDATES ?= python3.11 python3.13 python3 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 13)))' 2>/dev/null && { echo $$p; break; }; done)
UV ?= $(shell command -v uv 2>/dev/null)

# a consumer for each file; make test-consumer-trl runs one
CONSUMERS := $(basename $(notdir $(wildcard tests/consumers/requirements/*.txt)))
# those below a gigabyte, in wheels alone, which conflict with Blender's numpy or with each other's datasets
SMALL_CONSUMERS := datasets-3.6 math-verify mathruler reasoning-gym trl-data verifiers
EXPORTS := $(CONSUMER_VENVS)/exports

# each process takes the next test in their order; those marked `serial` wait for each other
PYTEST := -m pytest -n $(JOBS) --dist loadgroup
COVERED := --cov --cov-report= --cov-report=json:.coverage.json

.PHONY: demo test test-all test-core test-consumers coverage mutants kills fuzz exports lint bench clean setup
.DEFAULT_GOAL := demo

demo: setup
	$(BIN)/tvrgen generate configs/quickstart.yaml --out demo

test: setup
	TVRGEN_TEST_ALL=1 $(BIN)/python $(PYTEST) $(if $(COVER),$(COVERED)) $(TESTS)
	$(if $(COVER),$(BIN)/python tools/branches.py .coverage.json)
	$(if $(SMALL_CONSUMERS),@$(MAKE) --no-print-directory $(SMALL_CONSUMERS:%=test-consumer-%))

test-all: setup
	TVRGEN_TEST_ALL=1 TVRGEN_TEST_PROBLEMS=500 $(BIN)/python $(PYTEST) --full
	$(if $(SMALL_CONSUMERS),@$(MAKE) --no-print-directory $(SMALL_CONSUMERS:%=test-consumer-%))

coverage: setup
	$(BIN)/python $(PYTEST) -m "not blender" $(COVERED)
	$(BIN)/python tools/branches.py .coverage.json

mutants: setup
	$(BIN)/python tools/mutants.py --count $(MUTANTS) --seed $(SEED)

kills: setup
	$(BIN)/python -m tests.kills --count $(KILLS) --seed $(SEED)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff check --preview --select PLW1514 tvrgen tools benchmarks
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/render.py
	$(BIN)/python benchmarks/legible.py
	$(BIN)/python benchmarks/workers.py
	$(BIN)/python benchmarks/scale.py

test-core: $(CORE_VENV)/.installed
	$(CORE_VENV)/bin/python $(PYTEST) -x -m "not rays and not blender"

fuzz: setup $(FUZZ_VENV)/.installed
	$(FUZZ_VENV)/bin/python -m tests.scoring.fuzz -max_total_time=$(SECONDS)
	$(FUZZ_VENV)/bin/python -m tests.scoring.adapters.fuzz --count $(COUNT)
	$(FUZZ_VENV)/bin/python -m tests.questions.forms.speed
	$(BIN)/python -m tests.hostile.fuzz --seconds $(SECONDS)

test-consumers: $(CONSUMERS:%=test-consumer-%)

# "datasets-3.6" is test_datasets.py with that version, "ms-swift" test_ms_swift.py
test-consumer-%: $(CONSUMER_VENVS)/%/.installed exports
	TVRGEN_EXPORTS=$(abspath $(EXPORTS)) $(CONSUMER_VENVS)/$*/bin/python -m pytest \
		tests/consumers/test_$(subst -,_,$(shell echo $* | sed 's/-[0-9.]*$$//')).py

exports: setup
	@$(BIN)/python -m tests.consumers.exports $(EXPORTS)

clean:
	rm -rf $(VENV) $(CORE_VENV) $(FUZZ_VENV) $(CONSUMER_VENVS) demo dist build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(if $(PYTHON),$(PYTHON) -m tvrgen.imaging.blender.requirements)
	@$(call make_environment,$(VENV),render$(comma)dev)
	@$(BIN)/python -m tvrgen.imaging.blender.requirements
	@touch $@

$(VENV)/.bench: $(VENV)/.installed
	@$(call make_environment,$(VENV),render$(comma)dev$(comma)bench)
	@touch $(VENV)/.installed $@

$(CORE_VENV)/.installed: pyproject.toml
	@$(call make_environment,$(CORE_VENV),test)
	@touch $@

$(FUZZ_VENV)/.installed: pyproject.toml
	@$(call make_environment,$(FUZZ_VENV),fuzz$(comma)test)
	@touch $@

# tvrgen's core, as in a trainer's environment; packages in bare/ are installed without their dependencies
$(CONSUMER_VENVS)/%/.installed: tests/consumers/requirements/%.txt pyproject.toml
	@mkdir -p $(CONSUMER_VENVS)
	@$(call make_environment,$(CONSUMER_VENVS)/$*,,--requirement $< pytest,$(wildcard tests/consumers/requirements/bare/$*.txt))
	@touch $@

# NeMo Gym needs a later Python than Blender 4.5
LATER = $(shell for p in python3.13 python3.12; do $$p -c '' 2>/dev/null && { echo $$p; break; }; done)
$(CONSUMER_VENVS)/nemo-gym/.installed: PYTHON = $(or $(LATER),3.13)

.PRECIOUS: $(CONSUMER_VENVS)/%/.installed

comma := ,

# $(1): folder, $(2): extras, $(3): what else to install, $(4): requirements to install without their own.
# uv installs from its cache, and brings a Python where none was found.
ifneq ($(UV),)
define make_environment
echo "setting up $(1) with uv (some seconds; minutes if packages must be downloaded) ..."; \
$(UV) venv --quiet --clear --python $(or $(PYTHON),3.11) $(1) && $(UV) pip install --quiet --python $(1)/bin/python --editable '.$(if $(2),[$(2)])' $(3) \
	$(if $(4),&& $(UV) pip install --quiet --python $(1)/bin/python --no-deps --requirement $(4))
endef
else ifneq ($(PYTHON),)
define make_environment
echo "setting up $(1) with $$($(PYTHON) --version) (some minutes) ..."; \
$(PYTHON) -m venv $(1) >$(1)-setup.log 2>&1 || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }; \
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.$(if $(2),[$(2)])' $(3) >$(1)-setup.log 2>&1 \
	$(if $(4),&& $(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $(4) >>$(1)-setup.log 2>&1) \
	|| { tail -n 5 $(1)-setup.log; echo "installing failed; the whole story is in $(1)-setup.log"; exit 1; }; \
rm -f $(1)-setup.log
endef
else
define make_environment
echo "tvrgen needs Python 3.11 or 3.13 (or uv, which brings one); none was found: install one, or name it with make PYTHON=..."; exit 1
endef
endif
