# The whole interface: make run, test, quick, lint, check, preview, bench. Each works on a fresh Debian
# or macOS machine with python3 (3.11 or newer) and make.

PYTHON ?= python3
PORT ?= 8000
PUBLIC_URL := $(or $(MENTORKORPS_PUBLIC_URL),http://127.0.0.1:$(PORT)/)
BIN := .venv/bin
MENTORKORPS := $(BIN)/mentorkorps
SOURCES := $(shell find data docs hooks training mentorkorps mkdocs.yml mkdocs.en.yml \
	-type f -not -name '*.pyc' 2>/dev/null)

.PHONY: run test quick lint check preview bench build install scan lock golden architecture screenshots clean FORCE

run: site/index.html
	@$(MENTORKORPS) serve --port $(PORT)

test: lint
	@tools/chromium $(BIN)
	@tools/pango $(BIN)
	@tools/postgres
	@tools/proxies
	@tools/compiler
	@$(BIN)/python -m pytest -n 3 --dist worksteal

# What a change of one module needs: all but the slow tests, which tests/conftest.py lists.
quick: lint
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "not slow"

lint: .venv/tested
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary

check: .venv/installed
	@$(MENTORKORPS) check

preview: .venv/installed
	@echo "http://127.0.0.1:$(PORT)/"
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve -f $(if $(filter en,$(LANGUAGE)),mkdocs.en.yml,mkdocs.yml) \
		--dev-addr 127.0.0.1:$(PORT)

bench: .venv/tested
	@$(BIN)/python bench/run.py

build: site/index.html

install: .venv/installed

site/index.html: .venv/installed .venv/public-url $(SOURCES)
	@MENTORKORPS_PUBLIC_URL=$(PUBLIC_URL) $(MENTORKORPS) build
	@touch site/index.html

# Pages hold whole addresses: another address or port is another site.
.venv/public-url: .venv/installed FORCE
	@echo '$(PUBLIC_URL)' | cmp -s - $@ || echo '$(PUBLIC_URL)' > $@

FORCE:

.venv/installed: requirements.lock pyproject.toml
	@tools/install $(PYTHON) requirements.lock
	@touch $@

.venv/tested: requirements-test.lock .venv/installed
	@tools/install $(PYTHON) requirements-test.lock
	@touch $@

golden: .venv/tested
	@MENTORKORPS_GOLDEN=1 $(BIN)/python -m pytest tests/test_pages.py

architecture: .venv/tested
	@$(BIN)/python -m tools.architecture

scan: .venv/installed site/index.html
	@tools/scan $(BIN)

lock: .venv/installed
	@tools/lock $(BIN)

screenshots: .venv/tested site/index.html
	@$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv .scan site
