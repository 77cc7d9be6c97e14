# Everything a person does here. `make` alone lists the targets.

CORES ?= all
# One or more files that overlay config.yaml: make run CONFIG=examples/tpe.yaml
CONFIG ?=
# On a cluster: a folder of profiles/ (slurm, pbs, lsf, sge). Empty runs all here.
PROFILE ?=
PYTHON ?= python3
# Anything: make run goes on without the trainings that fail for good
KEEP_GOING ?=
# How many trainings `make verify` does once more
K ?= 3
# cpu or cuda: which requirements/*.lock to install
EXTRA ?= cpu
FAULTS := $(filter-out %kills.py,$(wildcard tests/faults/test_*.py)) tests/unit/hostile \
    tests/unit/training/test_replicates.py \
    $(patsubst %,tests/workflow/test_%.py,failures bad_input names)
ON_TOX21 := tests/cluster/test_tox21_on_slurm.py
# Tox21 as a file, for make bench
RAW ?= ../shared/data/tox21.csv.gz

export PYTHONPATH := $(CURDIR)/scripts

INSTALLED := .venv/.installed-$(EXTRA)
IN_VENV := .venv/bin/python -m
# A name may have anything in it: neither make nor the shell is to look inside. CONFIG
# may be several names, with blanks between them.
unexport CONFIG PROFILE MODEL IN OUT RUN TO
QUOTED = '$(subst ','\'',$(1))'
NAMED = $(if $(value $(1)),$(call QUOTED,$(value $(1))))
OVERLAYS = $(foreach name,$(value CONFIG),$(call QUOTED,$(name)))
WHERE = $(if $(PROFILE),--profile $(call QUOTED,profiles/$(value PROFILE)),--cores $(CORES))
CONFIGFILES = $(if $(strip $(value CONFIG)),--configfile $(OVERLAYS))
KEPT_GOING = $(if $(KEEP_GOING),--keep-going)
COMPILE = .venv/bin/uv pip compile pyproject.toml --quiet --universal \
    --python-version 3.11 --generate-hashes --no-emit-index-url \
    --custom-compile-command "make lock"

IS_SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# A name on PATH can be a shim for a Python that is not there: only a run tells.
FIND_PYTHON = for python in "$(PYTHON)" python3.11 python3.12 python3.13; do \
    "$$python" -c "$(IS_SUPPORTED)" >/dev/null 2>&1 && echo "$$python" && break; done

# uv does not read pip's configuration, which is where a mirror is often named.
INDEX = $${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-$${PIP_INDEX_URL:-$$( \
    .venv/bin/python -m pip config get global.index-url 2>/dev/null)}}}

# A .venv whose Python has been removed from the machine must be made again.
$(shell test -x .venv/bin/python || rm -f .venv/.installed-*)

.PHONY: help run demo report plan status retry predict export-optuna export-mlflow verify \
    prune test faults cluster-test bench lint types format lock install
.DEFAULT_GOAL := help

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 \t/p' Makefile | expand -t 22
	@echo
	@echo "  CORES=2, CONFIG='examples/a.yaml examples/b.yaml', PROFILE=slurm, EXTRA=cuda,"
	@echo "  PYTHON=python3.12"

run: $(INSTALLED) ## train, select, test and report what config.yaml and CONFIG say
	@$(IN_VENV) toxtune.commands.run $(WHERE) $(KEPT_GOING) $(CONFIGFILES)

demo: $(INSTALLED) ## the same on a small dataset made here, no download
	@$(IN_VENV) toxtune.commands.run $(WHERE) \
	    --configfile examples/demo.yaml $(OVERLAYS)

report: $(INSTALLED) ## write the report alone, results/<run>/report.html, for a browser
	@$(IN_VENV) toxtune.commands.run report $(WHERE) $(CONFIGFILES)

plan: $(INSTALLED) ## say what `make run` would do, and about what it costs
	@$(IN_VENV) toxtune.commands.run --plan $(WHERE) $(CONFIGFILES)
	$(IN_VENV) toxtune.commands.effort $(CONFIGFILES)

status: $(INSTALLED) ## say how the present or last run stands
	@$(IN_VENV) toxtune.commands.status

retry: $(INSTALLED) ## have the trainings without a result run again by the next `make run`
	@$(IN_VENV) toxtune.commands.retry_failed $(CONFIGFILES)

predict: $(INSTALLED) ## add predictions to a table: MODEL=results/tox21/final.zip IN=a.csv OUT=b.csv
	@$(IN_VENV) toxtune.commands.predict $(call NAMED,MODEL) $(call NAMED,IN) $(call NAMED,OUT)

export-optuna: $(INSTALLED) ## hand a search to Optuna: RUN=tox21 TO=study.db
	@$(IN_VENV) toxtune.commands.export_optuna --run $(call NAMED,RUN) --to $(call NAMED,TO)

export-mlflow: $(INSTALLED) ## hand a search to MLflow: RUN=tox21 TO=mlflow.db
	@$(IN_VENV) toxtune.commands.export_mlflow --run $(call NAMED,RUN) --to $(call NAMED,TO)

verify: $(INSTALLED) ## make a finished run's files anew, train K=3 of its trainings again, compare
	@$(IN_VENV) toxtune.commands.verify --trainings $(call QUOTED,$(K)) $(CONFIGFILES)

prune: $(INSTALLED) ## remove results that no configuration uses; asks first
	@$(IN_VENV) toxtune.commands.prune $(CONFIGFILES) $(if $(YES),--yes)

test: $(INSTALLED) ## run the tests
	$(IN_VENV) pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

faults: $(INSTALLED) ## break runs in every way, and count in docs/reliability.md (an hour; as root)
	$(IN_VENV) pytest tests/faults/test_kills.py -m "" --record kills --numprocesses 2
	$(IN_VENV) pytest $(FAULTS) -m "" --record faults --numprocesses 2

cluster-test: $(INSTALLED) ## the same for a Slurm cluster started here, with Tox21 (an hour; as root)
	$(IN_VENV) pytest tests/cluster -m "" --ignore $(ON_TOX21) --record cluster
	$(IN_VENV) pytest $(ON_TOX21) -m "" --record tox21

bench: $(INSTALLED) .venv-bench/.installed ## time the search against other tuners (about an hour)
	.venv/bin/python benchmarks/compare_tuners.py --raw $(RAW) --peers .venv-bench/bin/python

lint: $(INSTALLED) ## check style and the workflow
	$(IN_VENV) ruff check
	$(IN_VENV) ruff format --check
	$(IN_VENV) snakefmt --check Snakefile rules
	$(IN_VENV) snakemake --lint

types: $(INSTALLED) ## check the types of the library and the scripts
	$(IN_VENV) mypy

format: $(INSTALLED) ## rewrite Python and Snakemake files in the house style
	$(IN_VENV) ruff check --fix
	$(IN_VENV) ruff format
	$(IN_VENV) snakefmt Snakefile rules

lock: $(INSTALLED) ## choose versions anew: requirements/*.lock and envs/ from pyproject.toml
	$(COMPILE) --group dev --extra cpu -o requirements/cpu.lock
	$(COMPILE) --group dev --extra cuda -o requirements/cuda.lock
	$(COMPILE) --group bench --extra cpu -c requirements/cpu.lock -o requirements/bench.lock
	.venv/bin/python envs/from_lock.py > envs/toxtune.yaml

install: $(INSTALLED) ## make .venv from the committed versions

$(INSTALLED): requirements/$(EXTRA).lock
	@rm -f .venv/.installed-*
	@test -x .venv/bin/python -a -x .venv/bin/uv || { \
	    python=$$($(FIND_PYTHON)); \
	    test -n "$$python" || { \
	        echo "Error: toxtune needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is" \
	            "$$($(PYTHON) --version 2>/dev/null || echo not there)." \
	            "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	        exit 1; }; \
	    echo "Making .venv with $$($$python --version)"; \
	    "$$python" -m venv --clear .venv && \
	    awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' $< > .venv/uv.lock && \
	    .venv/bin/python -m pip install --quiet --require-hashes -r .venv/uv.lock; }
	@echo "Installing $<"
	@UV_DEFAULT_INDEX="$(INDEX)" .venv/bin/uv pip sync --quiet --compile-bytecode \
	    --python .venv/bin/python --require-hashes $<
	@touch $@

# The other tuners, with the same versions of all that is common.
.venv-bench/.installed: requirements/bench.lock $(INSTALLED)
	.venv/bin/python -m venv --clear .venv-bench
	UV_DEFAULT_INDEX="$(INDEX)" .venv/bin/uv pip sync --quiet --compile-bytecode \
	    --python .venv-bench/bin/python --require-hashes $<
	@touch $@
