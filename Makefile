# Two commands: `make demo` and `make test`. Both do the set-up that they need.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
DEBUG := $(TARGET)/debug
PYTHON_VENV := $(TARGET)/python/bin/python

.PHONY: demo test setup setup-test setup-python format lint unit docs tour suites

# The bridge in front of look-alikes of its vendors, on 127.0.0.1:8080, until Ctrl-C.
demo: setup
	$(CARGO) run --locked --quiet -- --log warn demo

# All that has to hold before a change lands.
test: setup-test setup-python format lint unit docs tour suites
	@echo "make test: all is well"

setup:
	@sh .ci/setup build

setup-test:
	@sh .ci/setup test

setup-python:
	@sh .ci/setup python

format:
	$(CARGO) fmt --all --check

# The tests' build, and the one for production, which is without the simulators.
lint:
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings

unit:
	$(CARGO) test --locked --workspace

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

# The binary that the tests have built.
tour: unit
	$(DEBUG)/scim-bridge --log error demo --tour > $(DEBUG)/tour.txt || { cat $(DEBUG)/tour.txt; exit 1; }
	@tail -n 1 $(DEBUG)/tour.txt

# Suites that others wrote: of SCIM, of its filters, of HTTP interfaces.
suites: unit setup-python
	$(PYTHON_VENV) tests/python/filters.py $(DEBUG)/examples/corpus
	$(PYTHON_VENV) tests/python/conformance.py $(DEBUG)/scim-bridge
	$(PYTHON_VENV) tests/python/interface.py $(DEBUG)/scim-bridge
