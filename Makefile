# `make demo` is all a newcomer needs; `make help` lists the rest. Needs make and Python 3.11 or newer, nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check fix bench lock clean

PYTHON ?=
ARGS ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

help: ## What can be made
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-7s %s\n", $$1, $$2}'

demo: .venv/run.stamp ## Start the bot in a browser, with no account anywhere (ARGS=--fresh starts over)
	@$(BIN)/python bot.py demo $(ARGS)

test: .venv/test.stamp ## Run the whole suite, on SQLite and on PostgreSQL (ARGS="-k words" for some of it)
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: .venv/test.stamp ## Look at style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/test.stamp ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/test.stamp ## Measure, and write bench/results.md (BENCH=quick leaves out the large stores)
	$(BIN)/python -m bench $(ARGS)

# `uv` resolves for every platform at once. It is needed only here, when a requirement changes; upgrade with
# ARGS=--upgrade. The second line keeps what the bot runs on equal to what it is tested with.
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock: ## Resolve requirements/*.in into *.txt (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, which is not here; nothing else needs it." >&2; exit 1; }
	cd requirements && $(LOCK) $(ARGS) test.in -o test.txt
	cd requirements && $(LOCK) -c test.txt run.in -o run.txt

clean: ## Remove the virtual environment and the tools' caches; never your data under var/
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# The first Python that is new enough; `make PYTHON=/path/to/python demo` chooses another.
.venv/bin/python:
	@found=""; \
	for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer is needed, and none was found." >&2; \
	  echo "Install it, or say where it is: make PYTHON=/path/to/python demo" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$("$$found" --version)"; \
	"$$found" -m venv .venv || { rm -rf .venv; \
	  echo "This Python cannot make a virtual environment (on Debian and Ubuntu: install python3-venv)." >&2; exit 1; }

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	@echo "Installing what the bot runs on"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

.venv/test.stamp: requirements/test.txt | .venv/bin/python
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@
