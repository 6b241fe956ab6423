# Shape Studio: `make run` starts the window, `make test` checks everything. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Python 3.11 to 3.13, the first that answers. Override: make run PYTHON=/path/to/python3.12
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV ?= .venv

# Which torch. For a GPU, or to choose CPU builds where the default index has none, name an index:
#   make run TORCH=torch==2.13.0 TORCH_ARGS="--index-url <the index of PyTorch builds for your driver>"
TORCH ?= torch==2.13.0
TORCH_ARGS ?=

# What `make run` opens: nothing named means the bundled picture with a second shape beside it.
ARGS ?=

QUIET := $(if $(CI),-q)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUN_STAMP := $(VENV)/.ready-to-run
TEST_STAMP := $(VENV)/.ready-to-test
BENCH_STAMP := $(VENV)/.ready-to-bench

.PHONY: help run test lint bench bench-drag doctor wheel weights data translations system-run system-test clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 16

run: $(RUN_STAMP) system-run  ## install what is needed and open the studio (ARGS="chair.png" opens that)
	@$(BIN)/shape-studio $(ARGS)

test: $(TEST_STAMP) system-test  ## install what is needed and run every check and test
	@$(BIN)/python .ci/check.py $(ONLY)

lint: $(TEST_STAMP)  ## style, types and import contracts only
	@$(BIN)/python .ci/check.py lint

bench: $(BENCH_STAMP)  ## benchmarks of the engine (installs the peers that it measures beside, 0.7 GB)
	@PYTHON='$(PYTHON)' .ci/system.sh bench
	@$(BIN)/shape-engine bench all

bench-drag: $(TEST_STAMP) system-test  ## drag a slider in the real window (virtual display if there is none)
	@$(if $(DISPLAY),,xvfb-run -a -s "-screen 0 1920x1080x24") $(BIN)/python -m studio.bench_drag

doctor: $(RUN_STAMP)  ## what this machine offers, and what is wrong with it
	@$(BIN)/shape-engine doctor

wheel: $(TEST_STAMP)  ## build the wheel (with all assets inside) into dist/
	@$(PIP) wheel --no-deps -q -w dist . && ls -l dist

data: $(RUN_STAMP)  ## build the training data (installs the Debian package sweethome3d-furniture)
	@PYTHON='$(PYTHON)' .ci/system.sh data
	@$(BIN)/shape-engine data build $(SOURCE) --category chair,table,sofa,lamp,bed,bench,bookshelf,bottle,cabinet,car,stool,vase

# Configuration and folder of each run, in order: later ones start from earlier ones, which they find in runs/ by name.
RUNS = deepsdf:deepsdf-furniture triplane:triplane-furniture picture-planes:furniture-from-picture \
	occnet:occnet-furniture psgn:psgn-furniture

weights: data  ## train the shipped weights again, into runs/ (hours; stop it at will, it goes on where it was)
	@$(BIN)/shape-engine data generate
	@for run in $(RUNS); do SHAPE_STUDIO_MODELS=runs $(BIN)/shape-engine train $${run%%:*} --out runs/$${run##*:} || exit 1; done

translations: $(TEST_STAMP)  ## collect texts, report what lacks a translation, compile
	@$(BIN)/python studio/translations/extract.py
	@$(BIN)/pyside6-lrelease studio/translations/shape_studio_zh_CN.ts -qm studio/translations/shape_studio_zh_CN.qm

system-run:
	@PYTHON='$(PYTHON)' .ci/system.sh run

system-test:
	@PYTHON='$(PYTHON)' .ci/system.sh test

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11, 3.12 or 3.13 found; install one or name it: make run PYTHON=..." >&2; exit 1; }
	@PYTHON='$(PYTHON)' .ci/system.sh run
	$(PYTHON) -m venv $(VENV)

# torch comes first and by itself: whatever asks for it later is content with what is there and downloads nothing more
$(RUN_STAMP): $(VENV)/bin/python constraints.txt pyproject.toml
	@grep -v '^torch==' constraints.txt > $(VENV)/constraints.txt
	$(PIP) install $(QUIET) -c $(VENV)/constraints.txt $(TORCH_ARGS) "$(TORCH)"
	$(PIP) install $(QUIET) -c $(VENV)/constraints.txt -e .
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	$(PIP) install $(QUIET) -c $(VENV)/constraints.txt -e ".[dev]"
	@touch $@

$(BENCH_STAMP): $(RUN_STAMP)
	$(PIP) install $(QUIET) -c $(VENV)/constraints.txt -e ".[bench]"
	@touch $@

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
