# Pazar: what can be done with a clone. `make` alone lists it.
# Everything runs from .venv/; PYTHON names the Python (3.11 or newer) that makes it.

PYTHON ?= python3
PORT ?=
T ?=
WORKERS ?= auto

export PYTHONUTF8 = 1
ifneq ($(strip $(PORT)),)
export PORT
endif

.DEFAULT_GOAL := help
.PHONY: help setup tools demo dev test test-long check fresh messages lock

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

setup: ## Make .venv/ and everything else a clone needs (RUNTIME=1: without the tools for development)
	@$(PYTHON) scripts/setup.py $(if $(RUNTIME),--runtime)

demo: ## Run the centre with its demo story; PORT= chooses the port, Ctrl-C stops it
	@$(PYTHON) scripts/setup.py --runtime
	@exec .venv/bin/pazar demo

# the same without packing static files, which only a centre in earnest serves packed
tools:
	@$(PYTHON) scripts/setup.py --unpacked

dev: tools ## Run it for development: reload, worker, every mail readable
	@exec .venv/bin/pazar dev

test: tools ## Run checks and all tests but the long ones; T=bids runs that part, without the checks
	@.venv/bin/python scripts/run_tests.py --workers $(WORKERS) $(if $(T),--part "$(T)")

test-long: tools ## Run the tests that take long: fail-over, soak, big faults
	@.venv/bin/python scripts/run_tests.py --long --workers 1 $(if $(T),--part "$(T)")

check: tools ## Linters, types, contracts, missing migrations and translations, stored OpenAPI
	@.venv/bin/python scripts/check.py

fresh: tools ## Empty the development's database, migrate it, seed it
	@exec .venv/bin/pazar fresh

messages: tools ## Bring texts from the source into the translations, and compile them
	@.venv/bin/python scripts/messages.py update

lock: tools ## Write the lock files after a change of requirements/*.in or package.json (UPGRADE=1: newer versions)
	@.venv/bin/python scripts/lock.py $(if $(UPGRADE),--upgrade)
