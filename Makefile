# `make` alone lists what there is. Every target that needs the environment makes it first.

SHELL = /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
PROOFS := docs/proofs
REGISTRY := --ledger registry.yaml --records registry

export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export NO_ALBUMENTATIONS_UPDATE := 1

# The services of `make services`; say PREFECT_API_URL yourself where Prefect's server runs elsewhere.
PREFECT_PORT ?= 4200
MLFLOW_PORT ?= 5000
export PREFECT_HOME ?= $(CURDIR)/.prefect
export PREFECT_API_URL ?= http://127.0.0.1:$(PREFECT_PORT)/api
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION ?= false

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup repro curve degradation docs test check prove bench services worker deploy why accept tidy register compare promote rollback sync ui upscale sheet serve static stage-named model-named task-named

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP)  ## make .venv and install the pinned packages

repro: $(STAMP)  ## check params.yaml, say how much disk it needs, make whatever is missing or stale
	$(BIN)/python -m stages check
	$(BIN)/python -m stages disk
	$(BIN)/dvc repro

test: static  ## the checks of the source and the whole test suite; what CI runs
	$(BIN)/python -m pytest -n 2

check: static  ## the checks of the source and the quick tests, under 90 s
	$(BIN)/python -m pytest -n 2 -m "not slow and not prove"

prove: $(STAMP)  ## the slow proofs, their output also in docs/proofs/
	@mkdir -p $(PROOFS)
	@{ $(BIN)/python -m pytest -m prove --no-header -rP --timeout 0; echo "exit status: $$?"; } 2>&1 | tee $(PROOFS)/prove.log
	@tail -n 1 $(PROOFS)/prove.log | grep -qx 'exit status: 0'

bench: $(STAMP)  ## how fast all this is beside the field's ways: reports/bench/, docs/performance.md
	$(BIN)/python -m bench --rebuild --page docs/performance.md

curve: model-named $(STAMP)  ## MODEL=x [SUITES="a b"]: train it outside the graph, and score it at every checkpoint, over minutes
	$(BIN)/dvc repro degrade
	$(BIN)/python -m stages curve '$(MODEL)' $(if $(SUITES),--suites '$(SUITES)') --listed build/code --pairs data/pairs --models models --own own --out build/curve

degradation: $(STAMP)  ## reports/degradation.html, .json: what was learnt of a degradation, beside bicubic and the real one
	$(BIN)/dvc repro
	$(BIN)/python -m stages degradation --models models --pairs data/pairs --scores scores --curves curves --costs costs \
	  --own own --out reports/degradation

docs: $(STAMP)  ## the documentation as pages: build/docs/index.html; links are checked
	$(BIN)/python -m sphinx -q -n -W --keep-going -b html docs build/docs
	@echo build/docs/index.html

services: $(STAMP)  ## the servers of Prefect and MLflow, on this machine alone, until Ctrl-C
	exec $(BIN)/python -m flows.services $(PREFECT_PORT) $(MLFLOW_PORT)

worker: $(STAMP)  ## what runs the flows of this checkout, until Ctrl-C
	SR_WORKER=$$$$ exec $(BIN)/prefect worker start --pool checkout --type process

deploy: $(STAMP)  ## tell Prefect's server of the flows, their schedule and the devices; again after a change of prefect.yaml
	$(BIN)/python -m flows.setup
	$(BIN)/prefect --no-prompt deploy --all

why: stage-named $(STAMP)  ## STAGE=train@x: the modules, files and params that a stage depends on
	$(BIN)/python -m stages why '$(STAGE)' --listed build/code --lock dvc.lock

accept: stage-named $(STAMP)  ## STAGE=train@x: prove that a change of code moves no result, and keep the result
	$(BIN)/python -m stages accept '$(STAGE)' --lock dvc.lock --listed build/code --accepted build/accepted

tidy: $(STAMP)  ## list what params.yaml no longer names, and ask before removing it
	$(BIN)/python -m stages tidy --lock dvc.lock --listed build/code --pairs data/pairs --models models --resume build/resume

register: $(STAMP)  ## register what params.yaml names, also after `dvc exp apply`
	$(BIN)/dvc repro
	$(BIN)/dvc repro --force --single-item register

compare: $(STAMP)  ## [MODEL=x]: the versions of every task side by side: scores, size, speed, who is champion and why
	@$(BIN)/python -m stages compare $(if $(MODEL),--model '$(MODEL)') --models models $(REGISTRY)

promote: model-named $(STAMP)  ## MODEL=x (a name or the beginning of a hash) [TASK=y]: make that version champion
	@$(BIN)/python -m stages promote '$(MODEL)$(if $(TASK),@$(TASK))' --models models --pairs data/pairs $(REGISTRY)

rollback: task-named $(STAMP)  ## TASK=sr-x: make the champion before the present one champion again
	@$(BIN)/python -m stages rollback '$(TASK)' --models models --pairs data/pairs $(REGISTRY)

sync: $(STAMP)  ## bring MLflow in line with registry.yaml, whatever it has lost
	@$(BIN)/python -m stages sync --models models --pairs data/pairs $(REGISTRY)

upscale: $(STAMP)  ## IN=photo.png OUT=big.png [MODEL=x | TASK=sr-x] [SCALE=3.7] [RAW="exposure=0.5"]: enlarge a picture or a folder
	$(if $(and $(IN),$(OUT)),@:,$(error name both: make upscale IN=photo.png OUT=big.png))
	@$(BIN)/python -m stages upscale --image '$(IN)' --out '$(OUT)' $(if $(MODEL),--model '$(MODEL)') \
	  $(if $(TASK),--task '$(TASK)') $(if $(RAW),--raw '$(RAW)') $(if $(SCALE),--scale '$(SCALE)') --models models $(REGISTRY)

sheet: $(STAMP)  ## PAIRS=x IMAGE=photo.png [OUT=build/sheet.png] [COUNT=12]: what the chain of pairs makes of a picture
	$(if $(and $(PAIRS),$(IMAGE)),@:,$(error name both: make sheet PAIRS=photos-train-x2 IMAGE=photo.png))
	@$(BIN)/python -m stages sheet '$(PAIRS)' --image '$(IMAGE)' --out '$(or $(OUT),build/sheet.png)' \
	  --count '$(or $(COUNT),12)' --models models --own own

serve: $(STAMP)  ## [TASK=sr-x] [PORT=8000] [LIMITS="pixels=64000000 workers=2"]: the champion behind HTTP, on 127.0.0.1
	@$(BIN)/python -m stages serve --port '$(or $(PORT),8000)' $(if $(TASK),--task '$(TASK)') \
	  $(if $(LIMITS),--limits '$(LIMITS)') --models models $(REGISTRY)

ui: sync  ## MLflow's pages of the local store, on http://127.0.0.1:5000 (PORT=)
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(BIN)/mlflow server --host 127.0.0.1 --port $(or $(PORT),5000) --workers 1 \
	  --backend-store-uri sqlite:///mlflow.db --artifacts-destination mlartifacts

static: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

model-named:
	$(if $(MODEL),@:,$(error name the model: make $(firstword $(MAKECMDGOALS)) MODEL=srcnn-x2))

task-named:
	$(if $(TASK),@:,$(error name the task: make $(firstword $(MAKECMDGOALS)) TASK=sr-photos-test-x2))

stage-named:
	$(if $(STAGE),@:,$(error name the stage: make $(firstword $(MAKECMDGOALS)) STAGE=train@srcnn-x2))

# The stamp is younger than the pins only after an install that went well.
$(STAMP): requirements.txt
	@rm -f $@
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    || { echo 'make: $(PYTHON) is missing or older than 3.11; name a newer one: make setup PYTHON=python3.12' >&2; exit 1; }; \
	  $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	    || { echo 'make: $(PYTHON) lacks venv; install it (Debian, Ubuntu: apt install python3-venv)' >&2; exit 1; }; \
	  $(PYTHON) -m venv --clear .venv; }
	$(BIN)/python -m pip install --requirement requirements.txt
	@touch $@
