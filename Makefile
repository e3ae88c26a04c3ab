# Two commands do everything: `make serve` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
INPUTS := pyproject.toml .ci/constraints.txt .ci/web_assets.py gis_service/assets/package-lock.json

.PHONY: help serve test bench-core bench-coverage lint types format screenshots lock clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: $(VENV)/.installed ## Install, load the sample on the first start, serve; GIS_SERVICE_PORT=… changes the port
	@exec $(BIN)/gis-service serve

test: $(VENV)/.installed-test ## Install what the tests need and run all of them
	@.ci/system-packages
	@$(BIN)/python .ci/run_tests.py

bench-core: $(VENV)/.installed-test ## Boundary checks side by side with other programs; ARGS="--sizes 81 2000"
	@$(BIN)/python tests/bench/core.py $(ARGS)

bench-coverage: $(VENV)/.installed-test ## Walking, metrics and siting side by side with other programs; ARGS="--sizes district"
	@$(BIN)/python tests/bench/planning.py $(ARGS)

bench-api: $(VENV)/.installed-test ## /ogc beside a bare Starlette server that returns the same bytes; ARGS="--points 0"
	@$(BIN)/python tests/bench/api.py $(ARGS)

bench-import: $(VENV)/.installed-test ## Import a large layer through the job of a server: waits, progress, memory
	@$(BIN)/python tests/bench/imports.py $(ARGS)

lint: $(VENV)/.installed-test ## Ruff: style and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.installed-test ## mypy --strict
	@$(BIN)/mypy

format: $(VENV)/.installed-test ## Let ruff format and sort
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

screenshots: $(VENV)/.installed-test ## Make the pictures of docs/images again
	@.ci/system-packages
	@GIS_SERVICE_SCREENSHOTS=1 $(BIN)/pytest -q -m browser tests/e2e

lock: $(VENV)/.installed-test ## Write .ci/constraints.txt from what is installed
	@$(BIN)/python -m pip freeze --exclude-editable --exclude gis-service > .ci/constraints.txt

clean: ## Remove what was installed and built; ./data stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis gis_service/assets/vendor

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新版本：make PYTHON=python3.12 / Python 3.11 or newer is needed: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/system-packages python
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python $(INPUTS)
	@echo "安装到 $(VENV)，首次需一两分钟… / Installing into $(VENV), the first time takes a minute or two…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c .ci/constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python $(INPUTS)
	@echo "安装测试所需… / Installing what the tests need…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c .ci/constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.installed
