# FOLDER=/path and ARGS="…" come from the environment or the command line; recipes read FOLDER in the shell, so that
# any path will do.

PYTHON ?= python3
BIN := .venv/bin
export FOLDER PYTHON

.PHONY: help run test check bench screenshots docs wheel clean

help:  ## List what there is
	@awk -F ':  ## ' '/^[a-z]+:  ## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run:  ## Open the demo sequence, or FOLDER=/path; without a display, measure the window off screen
	@.ci/system-packages qt
	@.ci/environment
	@if [ -n "$$FOLDER" ]; then set -- "$$FOLDER"; else set -- --demo; fi; \
	if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    QT_QPA_PLATFORM=offscreen exec $(BIN)/python -m viewer --measure "$$@"; \
	fi; \
	exec $(BIN)/python -m viewer "$$@"

test:  ## Run the tests off screen, on all cores; ARGS="-k timeline" goes to pytest, as does ARGS="-n0" for one process
	@.ci/system-packages qt fuse shares
	@.ci/environment dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal $(ARGS)

check:  ## Check format, style, types and imports, then run the tests: what CI runs
	@.ci/environment dev
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory test

bench:  ## Measure the program on this machine, 10 minutes at most; ARGS=--full measures all
	@.ci/system-packages qt fuse shares rclone
	@.ci/environment dev bench
	QT_QPA_PLATFORM=offscreen $(BIN)/python tests/benchmarks/run.py $(ARGS)

screenshots:  ## Take a picture of each state of the window, in both themes and five sizes, into build/screenshots
	@.ci/system-packages qt
	@.ci/environment dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python tests/screenshots.py $(ARGS)

docs:  ## Write the reference of the core for scripts into dist/docs/
	@.ci/environment dev
	$(BIN)/python -m pdoc --docformat google --output-directory dist/docs viewer.core viewer.core.errors viewer.core.export viewer.core.prefetch.files viewer.core.results.function viewer.core.results.settings viewer.core.views.view

wheel:  ## Build the wheel into dist/
	@.ci/environment dev
	$(BIN)/python -m build --wheel --outdir dist

clean:  ## Remove builds, screenshots and caches; .venv stays
	rm -rf dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	rm -f screenshot*.png
	find viewer tests -name __pycache__ -type d -prune -exec rm -rf {} +
