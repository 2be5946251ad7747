# Two commands matter: `make report` and `make test`. Each sets up what it needs.
# The environment is .venv; PYTHON chooses the interpreter it is made from.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVERS := toolkit/measure/servers
# The servers that run on Node.js and need nothing else.
NODE_SERVERS := $(addprefix $(SERVERS)/,socketio socketio-redis socketcluster deepstream)

.PHONY: report tools test setup lint bench soak lab lock soketi

report: $(VENV)/.base
	@$(BIN)/toolkit build

# First, so that nobody waits for a set-up whose tests cannot run.
tools:
	@sh scripts/need-tools

# A third of the tests mostly wait, so three workers suit two cores.
test: tools setup
	@$(BIN)/python -m pytest -n 3 --dist worksteal -q -rs

setup: $(VENV)/.all $(NODE_SERVERS:%=%/node_modules/.installed)

lint: $(VENV)/.all
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: setup
	@for bench in benchmarks/bench_*.py; do $(BIN)/python $$bench || exit 1; done

soak: tools setup
	@$(BIN)/python -m pytest -q -rs -m soak

lab: $(VENV)/.base
	@$(BIN)/jupyter lab notebooks

# Requires uv. The result holds hashes and no registry address.
lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  -o requirements/base.txt pyproject.toml requirements/build.in
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --all-extras \
	  -c requirements/base.txt -o requirements/all.txt pyproject.toml requirements/build.in

$(VENV)/.base: requirements/base.txt pyproject.toml
	@sh scripts/make-venv "$(PYTHON)" $(VENV) requirements/base.txt
	@touch $@

# Everything in base.txt is in all.txt at the same version, so this marks both as done.
$(VENV)/.all: requirements/all.txt requirements/base.txt pyproject.toml
	@sh scripts/make-venv "$(PYTHON)" $(VENV) requirements/all.txt
	@touch $(VENV)/.base $@

$(SERVERS)/%/node_modules/.installed: $(SERVERS)/%/package-lock.json $(VENV)/.all
	@$(BIN)/python -m toolkit.measure.node ci $(SERVERS)/$*
	@touch $@

# Only on demand: its native part is a third party's repack, and it runs on Node.js 20.
soketi: $(SERVERS)/soketi/node_modules/.installed
