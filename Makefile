# The environment is made in .venv when it is missing or older than pyproject.toml or constraints.txt.
# Another interpreter: make study PYTHON=python3.12

PYTHON ?= python3
ENVIRONMENT := .venv/.installed

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: help environment study test faults report quick bench peers lint audit clean

help:
	@echo "make study    run the main arm and build the report (80 to 150 minutes on 2 cores); dvc repro runs every arm"
	@echo "make report   build the report of the committed results, without training (a minute)"
	@echo "make quick    a taste of the whole pipeline on small budgets, in build/quick (6 minutes)"
	@echo "make test     run the tests"
	@echo "make faults   run the tests of faults in their long form: killed at sixty moments (an hour or two)"
	@echo "make bench    measure training, ranking, sizes, workers, searches and waits; tables, and a line in benchmarks/log (an hour)"
	@echo "make peers    train beside RecTools, RePlay and RecBole (up to 80 minutes, and 4 GB for their environments)"
	@echo "make lint     check style, types and the direction of imports"
	@echo "make audit    ask for known vulnerabilities of the pinned packages; needs the network"
	@echo "make environment  make .venv alone, which all but clean make where it is missing (a few minutes)"
	@echo "make clean    remove build and so what quick made, caches, and what is derived from events; data and results stay"

environment: $(ENVIRONMENT)

study: $(ENVIRONMENT)
	python -m study repro compare@main
	python -m study report

# A test that waits for ever shows where, and fails; the whole pipeline is one, and takes minutes on a busy machine.
test: $(ENVIRONMENT)
	pytest -n 2 --dist loadfile --no-loadscope-reorder --timeout 1800

faults: $(ENVIRONMENT)
	pytest -m long

report: $(ENVIRONMENT)
	python -m study report

quick: $(ENVIRONMENT)
	python -m study quick

bench: $(ENVIRONMENT)
	python benchmarks/training.py
	python benchmarks/rank.py
	python benchmarks/size.py
	python benchmarks/workers.py
	python -m study repro features@categories
	python benchmarks/tuning.py
	python benchmarks/loop.py --commands help "a stage that only checks" "a stage that scores a rule on a small log" report

peers: $(ENVIRONMENT)
	python -m study repro features@categories
	python benchmarks/peers.py

lint: $(ENVIRONMENT)
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo

audit: $(ENVIRONMENT)
	@.ci/audit

clean:
	rm -rf build data/scratch/prepared .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(ENVIRONMENT): pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	    { echo "downfunnel: $(PYTHON) is no Python 3.11 or newer; try: make PYTHON=python3.12" >&2; exit 2; }
	@echo "Making the environment in .venv (a few minutes, once)"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[test,dev]'
	@# On all cores, which pip does on one; what is not compiled here is compiled when it is first imported.
	-@.venv/bin/python -m compileall -qq -j 0 -x '/tests?/|torch/testing/_internal' .venv/lib
	@touch $@
