# leohub: `make demo` plans Kenya, `make test` runs every test, `make check` is what must pass.
# Needs Python 3.11 or newer with venv, and make. Everything else is set up in .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# Scripts in .venv hold its path and its Python: moved or upgraded, it must be made anew.
HERE := $(CURDIR) $(shell $(PYTHON) -c 'import sys; print(sys.version)')

ifneq ($(HERE),$(shell cat $(READY) 2>/dev/null))
.PHONY: $(READY)
endif

.PHONY: demo test lint check setup format reference lock clean

demo: $(READY)  ## Plan 450 hubs for Kenya from built-in data
	$(BIN)/leohub demo

test: $(READY)  ## Run every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)  ## Format, lint, strict types, reference
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/reference.py --check

check: lint test  ## What must pass

setup: $(READY)  ## Only set up

$(READY): requirements.txt pyproject.toml web/package-lock.json web/package.json tools/build_web.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "leohub needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python tools/build_web.py
	@echo '$(HERE)' > $@

format: $(READY)  ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(READY)  ## Make docs/reference from the code
	$(BIN)/python tools/reference.py

lock:  ## Lock the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	  --no-annotate --extra dev --extra cluster pyproject.toml --output-file requirements.txt

clean:  ## Remove what the set-up made
	rm -rf .venv results src/leohub/report/assets/vendor
