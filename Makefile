# Every command of the project. `make` alone lists them; each installs what is missing first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ARGS   ?=

.DEFAULT_GOAL := help

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help
help:  ## List these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

.PHONY: install
install: $(READY)  ## Make .venv with everything that running, previewing and testing need

.PHONY: preview
preview: $(READY)  ## The whole bot in a browser page: no token, no Discord account
	$(BIN)/gradcam-bot preview $(ARGS)

.PHONY: run
run: $(READY)  ## The bot on Discord: needs DISCORD_TOKEN in the environment or in .env
	$(BIN)/gradcam-bot run $(ARGS)

.PHONY: test
test: $(READY)  ## The tests, on all cores; ARGS=--slow for all, with all cases; ARGS="-n 0 -k particles" for some, on one
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: soak
soak: $(READY)  ## The random tests with many more cases, for an hour or two
	$(BIN)/python -m pytest --soak --timeout 3600 $(ARGS)

.PHONY: check
check: $(READY)  ## Formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

.PHONY: format
format: $(READY)  ## Put the formatting right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: train
train: $(READY)  ## Train the tutorial's network again, five seeds; ARGS="--network uploads" the other
	$(BIN)/gradcam-bot train $(ARGS)

.PHONY: fuzz
fuzz: $(READY)  ## Feed the decoding process with broken files; ARGS="--seconds 600" for longer
	$(BIN)/python -m scripts.fuzz $(ARGS)

.PHONY: loopback
loopback: $(READY)  ## The real bot in a lively Discord on this machine; ARGS="--interactions 2000 --at-once 100 --harm"
	$(BIN)/python -m tests.load.loopback $(ARGS)

.PHONY: bench
bench: $(READY)  ## Speed and memory beside the tutorial's own functions, into benchmarks/
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: peers
peers: $(READY)  ## Install the libraries that the benchmark compares with
	$(BIN)/python -m pip install --quiet --editable '.[peers]'

.PHONY: settings
settings: $(READY)  ## Write .env.example and docs/settings.md from bot/settings.py
	$(BIN)/python -m scripts.settings

.PHONY: pictures
pictures: $(READY)  ## Take the README's pictures from the real preview again (needs chromium)
	$(BIN)/python -m scripts.pictures $(ARGS)

.PHONY: lock
lock: $(READY)  ## Pin the dependencies anew, with hashes
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --constraint requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file deploy/requirements.lock
