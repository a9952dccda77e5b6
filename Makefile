# Two commands matter: `make run` and `make test`. Both set up everything they need.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What is imported is compiled then; to compile all of it takes 20 s.
INSTALL := $(PIP) install --quiet --no-compile

# Calls run at the pace of speech, and what is late is heard: all else beside them takes what they leave.
ASIDE := nice -n 10

.PHONY: run test quick checks lint types contracts unit chromium browser clean

run: $(VENV)/installed
	exec $(BIN)/streamlit run app.py

test: $(VENV)/installed-dev
	$(MAKE) -j5 checks browser

# All that needs no browser, at the same time.
quick: $(VENV)/installed-dev
	$(MAKE) -j4 checks

checks: lint types contracts unit

lint: $(VENV)/installed-dev
	$(ASIDE) $(BIN)/ruff check .
	$(ASIDE) $(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(ASIDE) $(BIN)/mypy

contracts: $(VENV)/installed-dev
	$(ASIDE) $(BIN)/lint-imports --no-cache

unit: $(VENV)/installed-dev
	$(BIN)/python -m tests.support.postgres --install
# Three: much of a test in virtual time is waiting for sockets.
	$(ASIDE) $(BIN)/pytest --ignore=tests/browser -n 3

chromium: $(VENV)/installed-dev
	$(BIN)/python -m tests.browser.find_chromium --install

# One call at a time: two on two cores make each other late, and speech is then misheard.
browser: chromium
	$(BIN)/pytest tests/browser/calls
	$(BIN)/pytest tests/browser/pages -n 2 --dist loadfile --no-loadscope-reorder

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Parley needs Python 3.11 or newer; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/installed
