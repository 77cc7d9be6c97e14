# Everything a person does here. `make` alone lists the targets.

# What can be named here is passed on as it is:
#   CORES=2  PROFILE=slurm (a folder of profiles/)  CONFIG='a.yaml b.yaml' (files that
#   are laid over config.yaml)  DATA TASKS METRIC TO (make init)
#   SMILES_COLUMN SEPARATOR DECIMAL ENCODING (make init, make predict)
#   MODEL IN OUT FORMAT FEATURES_FILE CONFIDENCE (make predict)
#   RUN (make dossier, make export-...)  RUNS (make compare)
#   TO (make compare, make export-...)
#   K=3 (how many trainings `make verify` repeats)
NAMES := CORES PROFILE CONFIG DATA TASKS METRIC DECIMAL MODEL IN OUT FORMAT SMILES_COLUMN \
    SEPARATOR ENCODING FEATURES_FILE CONFIDENCE RUN RUNS TO K
# Anything: make run continues without the trainings that fail for good
KEEP_GOING ?=
# Anything: make prune deletes without asking
YES ?=
# Anything: make init writes over a file that is there
FORCE ?=
# Anything: make run and make report open the report in a browser at the end
OPEN ?=
# Anything: make predict answers for every row, also where there is no prediction
FALLBACK ?=
# Anything: make predict says which atoms predictions come from
EXPLAIN ?=
PYTHON ?= python3
# cpu or cuda: which requirements/*.lock to install
EXTRA ?= cpu
FAULTS := $(filter-out %kills.py,$(wildcard tests/faults/test_*.py)) tests/unit/hostile \
    tests/unit/training/test_outputs.py \
    $(patsubst %,tests/workflow/test_%.py,failures bad_input names) \
    $(patsubst %,tests/workflow/test_%.py,same_bytes searches validation)
ON_TOX21 := tests/cluster/test_tox21_on_slurm.py
# Tox21 as a file, for make bench
RAW ?= resources/tox21.csv.gz

# What a person may give: what is above, what uv and pip read, and make's own.
KNOWN := $(NAMES) KEEP_GOING YES FORCE OPEN FALLBACK EXPLAIN PYTHON EXTRA RAW FAULTS ON_TOX21
PASSED_ON := TOXTUNE_% UV_% PIP_% MAKE% GNUMAKEFLAGS MFLAGS SHELL
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),$(name)))

export PYTHONPATH := $(CURDIR)/scripts

INSTALLED := .venv/.installed-$(EXTRA)
IN_VENV := .venv/bin/python -m
# A file's name may hold any character. So make does not expand it, and the shell reads
# it from its environment. Blanks separate the names in CONFIG, but where there is a file
# whose name has them.
$(foreach name,$(NAMES),$(if $(value $(name)), \
    $(eval override export $(name) := $$(value $(name)))))
TOXTUNE := @exec .venv/bin/python -m toxtune
WHERE := $(if $(value PROFILE),--profile "$$PROFILE",$(if $(value CORES),--cores "$$CORES"))
CONFIGFILE := $(if $(strip $(value CONFIG)),--configfile-names "$$CONFIG")
OPENING := $(if $(OPEN),--open)
COMPILE_GROUP = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
COMPILE = $(COMPILE_GROUP) pyproject.toml

IS_SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# A name on PATH can be a shim for a Python that is not there: only a run tells.
FIND_PYTHON = for python in "$(PYTHON)" python3.11 python3.12 python3.13; do \
    "$$python" -c "$(IS_SUPPORTED)" >/dev/null 2>&1 && echo "$$python" && break; done

# uv does not read pip's configuration, which is where a mirror is often named.
INDEX = $${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-$${PIP_INDEX_URL:-$$( \
    .venv/bin/python -m pip config get global.index-url 2>/dev/null)}}}

# A .venv whose Python has been removed from the machine must be made again.
$(shell test -x .venv/bin/python || rm -f .venv/.installed-*)

# A misspelt CONFIG would run config.yaml, without a word. Under another make there is
# what that was given, too, so that nothing is refused there.
NEAREST = import difflib, sys; name, *known = sys.argv[1:]; \
    print(*difflib.get_close_matches(name.upper(), known, 1))
ifeq ($(MAKELEVEL),0)
    UNKNOWN := $(firstword $(filter-out $(KNOWN) $(PASSED_ON),$(GIVEN)))
endif
ifneq ($(UNKNOWN),)
    MEANT := $(shell "$$($(FIND_PYTHON))" -c '$(NEAREST)' '$(subst ','\'',$(UNKNOWN))' $(KNOWN))
    $(error $(UNKNOWN): there is no such variable; $(if $(MEANT),the nearest is $(MEANT),what \
        is for the environment stands before make: $(UNKNOWN)=... make))
endif
BY_CONFIG := $(firstword $(filter run demo report plan retry verify prune,$(MAKECMDGOALS)))
ifneq ($(and $(BY_CONFIG),$(filter RUN,$(GIVEN))),)
    $(error RUN: make $(BY_CONFIG) takes the configuration of a run, not its name: \
        make $(BY_CONFIG) CONFIG=my.yaml)
endif

.PHONY: help init run demo report plan status retry predict compare dossier export-optuna export-mlflow verify \
    prune check test faults cluster-test mutants bench bench-automl docs lint format lock install
.DEFAULT_GOAL := help

help:
	@sed -n -e 's/^## /\n/p' -e 's/^\([a-z-]*\):.*## /  make \1 \t/p' Makefile | expand -t 22
	@echo
	@echo "Add CORES=2, CONFIG='examples/a.yaml my data/b.yaml' or PROFILE=slurm to those of a"
	@echo "run, EXTRA=cuda or PYTHON=python3.12 to the first. docs/index.md says what to read."

## A run:
init: $(INSTALLED) ## look at your table, write a configuration: DATA=my.csv
	$(TOXTUNE) init $${DATA:+"$$DATA"} $(if $(FORCE),--force) $${TO:+--output="$$TO"} \
	    $${TASKS:+--tasks="$$TASKS"} $${METRIC:+--metric="$$METRIC"} \
	    $${SMILES_COLUMN:+--smiles-column="$$SMILES_COLUMN"} \
	    $${SEPARATOR:+--separator="$$SEPARATOR"} $${DECIMAL:+--decimal="$$DECIMAL"} \
	    $${ENCODING:+--encoding="$$ENCODING"}

run: $(INSTALLED) ## train, select, test and report: CONFIG=my.yaml OPEN=1
	$(TOXTUNE) run $(WHERE) $(if $(KEEP_GOING),--keep-going) $(OPENING) $(CONFIGFILE)

demo: $(INSTALLED) ## the same on a small dataset made here, no download
	$(TOXTUNE) run $(WHERE) $(OPENING) --configfile-names "examples/demo.yaml $$CONFIG"

report: $(INSTALLED) ## write the report alone, results/<run>/report.html
	$(TOXTUNE) report $(WHERE) $(OPENING) $(CONFIGFILE)

plan: $(INSTALLED) ## show what `make run` would do, and about what it costs
	$(TOXTUNE) plan $(WHERE) $(CONFIGFILE)

status: $(INSTALLED) ## show how the present or the last run stands
	$(TOXTUNE) status

retry: $(INSTALLED) ## let `make run` train again what ended without a result
	$(TOXTUNE) retry $(CONFIGFILE)

## What comes of it:
predict: $(INSTALLED) ## add predictions to a table: MODEL=m.zip IN=a.csv OUT=b.csv
	$(TOXTUNE) predict $${MODEL:+"$$MODEL" $${IN:+"$$IN" $${OUT:+"$$OUT"}}} \
	    $${SMILES_COLUMN:+--smiles-column="$$SMILES_COLUMN"} \
	    $${SEPARATOR:+--separator="$$SEPARATOR"} $${DECIMAL:+--decimal="$$DECIMAL"} \
	    $${ENCODING:+--encoding="$$ENCODING"} $(if $(FALLBACK),--fallback) \
	    $(if $(EXPLAIN),--explain) \
	    $${CONFIDENCE:+--confidence="$$CONFIDENCE"} $${FORMAT:+--format="$$FORMAT"} \
	    $${FEATURES_FILE:+--features-file="$$FEATURES_FILE"}

compare: $(INSTALLED) ## compare runs on one test set in a page: RUNS='a b'
	$(TOXTUNE) compare $$RUNS $${TO:+--to="$$TO"}

dossier: $(INSTALLED) ## write a run's QMRF, for regulators: RUN=tox21
	$(TOXTUNE) dossier $${RUN:+--run "$$RUN"}

export-optuna: $(INSTALLED) ## hand a search to Optuna: RUN=tox21 TO=study.db
	$(TOXTUNE) export optuna $${RUN:+--run "$$RUN"} $${TO:+--to "$$TO"}

export-mlflow: $(INSTALLED) ## hand a search to MLflow: RUN=tox21 TO=mlflow.db
	$(TOXTUNE) export mlflow $${RUN:+--run "$$RUN"} $${TO:+--to "$$TO"}

verify: $(INSTALLED) ## rebuild and compare a finished run: CONFIG=my.yaml K=3
	$(TOXTUNE) verify $${K:+--trainings "$$K"} $(CONFIGFILE)

prune: $(INSTALLED) ## delete results that nothing uses any more; asks first
	$(TOXTUNE) prune $(CONFIGFILE) $(if $(YES),--yes)

## For those who change the code:
check: lint ## lint and the fast tests: before a commit
	$(IN_VENV) pytest tests/unit -m "not slow and not long" --numprocesses 2 --dist loadfile

# For two cores: of three runs one mostly waits for a job of its own.
test: $(INSTALLED) ## run all tests but the longest
	$(IN_VENV) pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

faults: $(INSTALLED) ## break runs in every way (two hours; as root)
	$(IN_VENV) pytest tests/faults/test_kills.py -m "" --record kills --numprocesses 2
	$(IN_VENV) pytest tests/faults/test_ensemble_kills.py -m "" --record ensemble-kills \
	    --numprocesses 2
	$(IN_VENV) pytest $(FAULTS) -m "" --record faults --numprocesses 2

cluster-test: $(INSTALLED) ## run on a Slurm cluster started here (an hour; as root)
	$(IN_VENV) pytest tests/cluster -m "" --ignore $(ON_TOX21) --record cluster
	$(IN_VENV) pytest $(ON_TOX21) -m "" --record tox21

mutants: $(INSTALLED) ## put faults into the code, count those seen (half an hour)
	$(IN_VENV) pytest tests/mutants -m "" --record mutants

bench: $(INSTALLED) .venv-bench/.installed ## time the search against other tuners (about an hour)
	.venv/bin/python benchmarks/compare_tuners.py --raw $(RAW) --peers .venv-bench/bin/python

bench-automl: $(INSTALLED) .venv-automl/.installed .venv-chemprop/.installed ## against AutoGluon, FLAML and chemprop (six hours)
	.venv/bin/python benchmarks/compare_automl.py --raw $(RAW) \
	    --automl .venv-automl/bin/python --chemprop .venv-chemprop/bin/python

docs: $(INSTALLED) ## build the documentation as a site, site/index.html; check links
	NO_MKDOCS_2_WARNING=1 $(IN_VENV) mkdocs build --strict --quiet

lint: $(INSTALLED) ## check style, types, spelling, links and the workflow
	$(IN_VENV) ruff check
	$(IN_VENV) ruff format --check
	$(IN_VENV) snakefmt --check Snakefile rules examples/module/Snakefile
	$(IN_VENV) snakemake --lint
	$(IN_VENV) mypy
	.venv/bin/codespell *.md *.yaml docs examples report rules schemas scripts tests
	@$(MAKE) --no-print-directory docs

format: $(INSTALLED) ## rewrite Python and Snakemake files in the house style
	$(IN_VENV) ruff check --fix
	$(IN_VENV) ruff format
	$(IN_VENV) snakefmt Snakefile rules examples/module/Snakefile

lock: $(INSTALLED) ## choose versions again, from pyproject.toml
	$(COMPILE) --group dev --extra workflow --extra cpu -o requirements/cpu.lock
	$(COMPILE) --group dev --extra workflow --extra cuda -o requirements/cuda.lock
	$(COMPILE) --group bench --extra workflow --extra cpu -c requirements/cpu.lock -o requirements/bench.lock
	for group in automl chemprop; do $(COMPILE_GROUP) --group $$group -o requirements/$$group.lock || exit 1; done
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

# Other tools, each in an environment of its own. The other tuners have the same versions
# of all that is common.
.venv-%/.installed: requirements/%.lock $(INSTALLED)
	.venv/bin/python -m venv --clear .venv-$*
	UV_DEFAULT_INDEX="$(INDEX)" .venv/bin/uv pip sync --quiet --compile-bytecode \
	    --python .venv-$*/bin/python --require-hashes $<
	@touch $@
