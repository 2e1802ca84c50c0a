# The front door: `make help` lists what it can do. CMake does the work; everything is built under build/.

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
DESTDIR ?=
SHELL = /bin/sh

# Debian package:what proves that it is there. The libc headers are named because gcc only recommends them.
BUILD_NEEDS = gcc:cc libc6-dev:/usr/include/stdio.h cmake:cmake libsqlite3-dev:/usr/include/sqlite3.h
TEST_NEEDS = $(BUILD_NEEDS) libcmocka-dev:/usr/include/cmocka.h sqlite3:sqlite3 clang:clang g++:c++ pkg-config:pkg-config \
    binutils:readelf locales:/usr/share/i18n/locales/vi_VN clang-format:clang-format
LINT_NEEDS = $(TEST_NEEDS) clang-tidy:clang-tidy
COVERAGE_NEEDS = $(TEST_NEEDS) gcovr:gcovr

# make's own variables would reach the makefiles that CMake writes; a clean start avoids jobserver warnings.
CMAKE = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL cmake
CTEST = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL ctest

# $(call build,PRESET): configure and build quietly; the log is shown when something fails.
define build
mkdir -p build && echo "building build/$(1)" && \
{ { $(CMAKE) --preset $(1) && $(CMAKE) --build --preset $(1) --parallel $(JOBS); } >build/$(1).log 2>&1 </dev/null || \
{ cat build/$(1).log; echo "build/$(1) failed"; exit 1; }; }
endef

.PHONY: release demo test compilers store-long sql python python-long test-spark lint coverage tsan fuzz bench bench-national bench-billion bench-growth bench-chart install clean help

release: ## build the library and the program into build/release (the default)
	@command -v cmake >/dev/null 2>&1 || { echo "cmake is needed and not found; 'make demo' installs it on Debian"; exit 1; }
	@$(call build,release)
	@echo "built: build/release/attain, libattain.a, libattain.so"

demo: ## install what is missing, build, and print the scorecard of the social work programmes
	@.ci/need $(BUILD_NEEDS)
	@$(call build,release)
	build/release/attain score examples/social-work/programmes.attain examples/social-work/facts/*.csv

# Random worlds of the property tests under sanitizers, where each takes several times as long. CI asks for more.
SANITIZED_WORLDS = 8
test: ## install what is missing, run the tests and checks, then the tests under sanitizers, then those of the Python package
	@.ci/need $(TEST_NEEDS)
	@$(call build,dev)
	@$(call build,asan)
	@failed=; \
	$(CTEST) --preset dev -j $(JOBS) -LE compilers || failed="$$failed dev"; \
	ATTAIN_PROPERTY_WORLDS=$(SANITIZED_WORLDS) $(CTEST) --preset asan -j $(JOBS) || failed="$$failed asan"; \
	if [ -n "$$failed" ]; then echo "make test: failed in:$$failed"; exit 1; fi; \
	echo "make test: passed in dev (Debug, all checks) and asan (AddressSanitizer, UndefinedBehaviorSanitizer)"
	@$(MAKE) --no-print-directory python

compilers: ## the same bits from gcc and clang, without optimisation and with all of it
	@.ci/need $(TEST_NEEDS)
	@$(call build,dev)
	@$(CTEST) --preset dev -L compilers --verbose

# One by one, for what they count is printed.
STORE_LONG = disk crash io backup rot kill hostile oom sqlite_oom
store-long: ## the store under 50,000 losses of power, 12,000 flips, every call that can fail, 200 killed writers; half an hour
	@.ci/need $(TEST_NEEDS)
	@$(call build,dev)
	@for name in $(STORE_LONG); do \
	    echo "store-long: $$name" && ATTAIN_LONG=1 build/dev/tests/test_store_$$name || { echo "make store-long: failed in $$name"; exit 1; }; \
	done; echo "make store-long: passed"

# A current SQLite comes with the Python package apsw, into an environment of its own; the oldest that is supported is the system's.
sql: ## the SQL tests through attain.so on a current SQLite
	@.ci/need $(BUILD_NEEDS)
	@$(call build,release)
	@[ -x build/venv-sql/bin/python ] || $(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/need python3:python3 python3-venv:ensurepip
	@[ -e build/venv-sql/installed ] || { $(PYTHON) -m venv build/venv-sql && build/venv-sql/bin/pip install -q --disable-pip-version-check apsw && \
	touch build/venv-sql/installed; }
	@build/venv-sql/bin/python -B tests/sql/current.py build/release/attain.so

# The wheel is built with what bindings/python/requirements-test.txt names, and tested as it is installed, in an environment that has
# nothing else. COVERAGE_PYTHON: the least line coverage of the package.
PYTHON ?= python3
PY = $(CURDIR)/build/python/venv/bin/python
COVERAGE_PYTHON = 90
# A browser, for the page that attain.report.html writes.
PYTHON_NEEDS = chromium:chromium
define python_ready
.ci/need $(BUILD_NEEDS) $(PYTHON_NEEDS) && \
{ $(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/need python3:python3 python3-venv:ensurepip; } && \
{ $(PYTHON) -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || .ci/need python3-dev:Python.h; } && \
{ [ build/python/installed -nt bindings/python/requirements-test.txt ] || { echo "installing what the Python tests need into build/python/venv" && \
rm -rf build/python/venv && $(PYTHON) -m venv build/python/venv && \
$(PY) -m pip install -q --disable-pip-version-check -r bindings/python/requirements-test.txt && touch build/python/installed; }; }
endef

define python_wheel
echo "building build/python/wheel" && rm -rf build/python/wheel && \
$(PY) -m pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps -C build-dir=$(CURDIR)/build/python/cmake \
    -w build/python/wheel ./bindings/python
endef

# What runs many thousand times would take three times as long if its lines were counted; it runs beside the rest.
UNCOUNTED = tests/test_oracle.py tests/test_bits.py tests/test_life.py
python: ## build the wheel, install it into a clean virtual environment, run its tests, mypy and ruff
	@mkdir -p build/python
	@$(python_ready)
	@$(call build,release)
	@$(python_wheel)
	@$(PY) -m pip install -q --disable-pip-version-check --force-reinstall --no-deps --no-index build/python/wheel/*.whl
	@cd bindings/python && $(PY) -m ruff check -q --output-format concise . && $(PY) -m mypy && \
	export ATTAIN_CLI=$(CURDIR)/build/release/attain && \
	{ $(PY) -m pytest -q -o cache_dir=$(CURDIR)/build/python/uncounted $(UNCOUNTED) >$(CURDIR)/build/python/uncounted.log 2>&1 & } && \
	uncounted=$$! && counted=0 && \
	{ $(PY) -m pytest -q -o cache_dir=$(CURDIR)/build/python/pytest --cov=attain --cov-report=term:skip-covered \
	    --cov-fail-under=$(COVERAGE_PYTHON) $(UNCOUNTED:%=--ignore=%) --pyargs attain tests || counted=$$?; } && \
	{ wait $$uncounted || counted=1; } && cat $(CURDIR)/build/python/uncounted.log && exit $$counted
	@echo "make python: passed"

WORLDS ?= 3000
python-long: python ## then WORLDS (3000) random worlds a test against oracle and C, and 1,000,000 cycles that must leak nothing; minutes
	@cd bindings/python && ATTAIN_CLI=$(CURDIR)/build/release/attain ATTAIN_WORLDS=$(WORLDS) ATTAIN_CYCLES=1000000 $(PY) -m pytest -q \
	    -o cache_dir=$(CURDIR)/build/python/pytest $(UNCOUNTED) tests/test_store.py \
	    -k "oracle or bits or world or cycles"
	@echo "make python-long: passed"

# Spark in an environment of its own: half a gigabyte, and it wants an older pandas. Nothing is downloaded a second time.
SPARK_PY = $(CURDIR)/build/venv-spark/bin/python
define spark_ready
.ci/need openjdk-17-jre-headless:java && \
{ [ build/venv-spark/installed -nt bindings/python/tests/spark/requirements.txt ] || { echo "installing Spark into build/venv-spark" && \
rm -rf build/venv-spark && $(PYTHON) -m venv build/venv-spark && \
$(SPARK_PY) -m pip install -q --disable-pip-version-check -r bindings/python/tests/spark/requirements.txt && touch build/venv-spark/installed; }; }
endef

test-spark: ## the wheel on a Spark cluster of two executors on this machine; minutes, the first time more
	@mkdir -p build/python
	@$(python_ready)
	@$(spark_ready)
	@$(python_wheel)
	@$(SPARK_PY) -m pip install -q --disable-pip-version-check --force-reinstall --no-deps --no-index build/python/wheel/*.whl
	@cd bindings/python && $(SPARK_PY) -m pytest -q -o cache_dir=$(CURDIR)/build/venv-spark/pytest tests/spark
	@rm -rf build/venv-spark/lib/python*/site-packages/pyspark/work
	@echo "make test-spark: passed"

# One file per clang-tidy: in a run over several, version 14 takes every va_list after the first file for uninitialized.
lint: ## clang-format, clang-tidy and the house's own checks
	@.ci/need $(LINT_NEEDS)
	@$(call build,dev)
	@$(CTEST) --preset dev -L lint
	@find src examples -name '*.c' | sort | xargs -P $(JOBS) -n 1 clang-tidy --quiet -p build/dev
	@echo "make lint: passed"

coverage: ## line coverage of src; below 95 % is a failure
	@.ci/need $(COVERAGE_NEEDS)
	@$(call build,coverage)
	@find build/coverage -name '*.gcda' -delete
	@$(CTEST) --preset coverage -j $(JOBS)
	gcovr --root . --filter src/ --print-summary --fail-under-line 95 build/coverage/src

tsan: ## all tests under ThreadSanitizer
	@.ci/need $(TEST_NEEDS)
	@$(call build,tsan)
	@$(CTEST) --preset tsan -j $(JOBS)

# Eight fuzzers, SECONDS each, with new findings under build/fuzz. The seeds are read from tests/fuzz/corpus and not changed.
SECONDS ?= 60
fuzz: ## run each fuzzer for SECONDS (60) with clang, AddressSanitizer and UndefinedBehaviorSanitizer
	@.ci/need $(BUILD_NEEDS) clang:clang libclang-rt-14-dev:/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a
	@mkdir -p build/fuzz
	@for file in tests/fuzz/fuzz_*.c; do \
	    name=$$(basename $$file .c); name=$${name#fuzz_}; \
	    dict=; [ $$name = csv ] && dict=-dict=tests/fuzz/csv.dict; \
	    case $$name in plan|format|score) dict=-dict=tests/fuzz/plan.dict ;; esac; \
	    clang -g -O1 -std=c11 -D_POSIX_C_SOURCE=200809L -fsanitize=fuzzer,address,undefined \
	        -fno-sanitize-recover=all -Iinclude -Isrc -Itests $$file \
	        src/base/*.c src/number/*.c src/calendar/*.c src/csv/*.c src/model/*.c src/language/*.c src/facts/*.c \
	        src/score/*.c src/api/*.c -o build/fuzz/$$name && \
	    mkdir -p build/fuzz/found-$$name && echo "fuzzing $$name for $(SECONDS) s" && \
	    build/fuzz/$$name -max_total_time=$(SECONDS) -max_len=65536 -verbosity=0 -artifact_prefix=build/fuzz/$$name- \
	        $$dict build/fuzz/found-$$name tests/fuzz/corpus/$$name || exit 1; \
	done; echo "make fuzz: nothing found"

# The programs in build/bench-build, the peers in a virtual environment of their own, results and data sets in build/bench.
BENCH = build/venv-bench/bin/python -B benchmarks/run.py
define bench_ready
.ci/need $(BUILD_NEEDS) && \
{ python3 -c 'import ensurepip' 2>/dev/null || .ci/need python3:python3 python3-venv:ensurepip; } && \
{ $(call build,bench); } && \
{ [ build/venv-bench/installed -nt benchmarks/requirements.txt ] || { echo "installing the peers into build/venv-bench" && \
python3 -m venv build/venv-bench && build/venv-bench/bin/pip install -q -r benchmarks/requirements.txt && \
touch build/venv-bench/installed; }; }
endef

# Ours from Python, anew where something of it is newer.
define bench_wheel
{ [ -e build/venv-bench/attain ] && \
[ -z "$$(find include src bindings/python -name '*.[chpt]*' -newer build/venv-bench/attain ! -name '*.pyc' | head -n 1)" ] || \
{ echo "installing attain into build/venv-bench" && \
build/venv-bench/bin/pip install -q --disable-pip-version-check --force-reinstall --no-build-isolation --no-deps \
    -C build-dir=$(CURDIR)/build/venv-bench/cmake ./bindings/python && touch build/venv-bench/attain; }; }
endef

bench: ## 1 and 10 million facts against DuckDB, ClickHouse, Polars, pandas and SQLite, and from Python against C; minutes
	@$(bench_ready)
	@$(bench_wheel)
	@$(BENCH) bench

bench-national: ## 100 million facts against DuckDB and ClickHouse, every question of benchmarks/README.md; 16 GiB, half an hour
	@$(bench_ready)
	@$(BENCH) national

bench-billion: ## 1,000 million facts, attain alone
	@$(bench_ready)
	@$(BENCH) billion

bench-growth: ## time and memory against rows, units, measures, years and depth, beside the cost formula
	@$(bench_ready)
	@$(BENCH) growth

bench-chart: ## copy the chart of the results in build/bench to benchmarks/
	@$(BENCH) chart
	cp build/bench/chart.png build/bench/chart.svg benchmarks/

install: release ## install into PREFIX (default /usr/local), below DESTDIR when that is set
	@DESTDIR="$(DESTDIR)" $(CMAKE) --install build/release --prefix "$(PREFIX)"

clean: ## remove build/
	@rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-22s%s\n", $$1, $$2 }'
