# libpeerid. `make help` lists what there is.

PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n 's/^\#define PEERID_VERSION_STRING "\(.*\)"/\1/p' include/peerid.h)
MAJOR := $(firstword $(subst ., ,$(VERSION)))

BUILD := build
LIBRARY := $(BUILD)/lib/libpeerid.so.$(VERSION)
SANDBOX := $(BUILD)/bin/peerid-sandbox
COMMAND := $(BUILD)/bin/peerid

# The shipped library and the sandbox are built apart from the development build, with other flags, in a folder that
# both share: the core is compiled once.
SHIPPED := PEERID_SHIPPED=1 swift build -c release --scratch-path .build-shipped
SOURCES := $(shell find Sources -type f) Package.swift Tools/ABI/peerid.map

EXAMPLES := $(patsubst bindings/c/examples/%.c,$(BUILD)/examples/%,$(wildcard bindings/c/examples/*.c))
CFLAGS ?= -O2 -g
EXAMPLE_FLAGS := -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude

.PHONY: all
all: library sandbox examples ## Build the library, the sandbox and the C examples (the default)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages
packages:
	@Tools/scripts/install-packages libcurl4-openssl-dev libjansson-dev libmicrohttpd-dev zlib1g-dev pkg-config gcc libc6-dev
	@command -v swift >/dev/null || { echo "a Swift 6.3 toolchain is needed: https://www.swift.org/install/linux/"; exit 1; }

.PHONY: library
library: $(LIBRARY) ## Build build/lib/libpeerid.so

$(LIBRARY): $(SOURCES) | packages
	$(SHIPPED) --product peerid
	@mkdir -p $(BUILD)/lib/pkgconfig
	install -m 755 .build-shipped/release/libpeerid.so $@
	strip --strip-unneeded $@
	ln -sf libpeerid.so.$(VERSION) $(BUILD)/lib/libpeerid.so.$(MAJOR)
	ln -sf libpeerid.so.$(MAJOR) $(BUILD)/lib/libpeerid.so
	@sed -e 's|@PREFIX@|$(CURDIR)|; s|@LIBDIR@|$(CURDIR)/$(BUILD)/lib|; s|@VERSION@|$(VERSION)|' \
	  Tools/packaging/peerid.pc.in > $(BUILD)/lib/pkgconfig/peerid.pc

.PHONY: sandbox
sandbox: $(SANDBOX) ## Build build/bin/peerid-sandbox, the local PeerID server

$(SANDBOX): $(SOURCES) | packages $(LIBRARY)
	$(SHIPPED) --product peerid-sandbox
	@mkdir -p $(BUILD)/bin
	install -m 755 .build-shipped/release/peerid-sandbox $@

.PHONY: command
command: $(COMMAND) ## Build build/bin/peerid, the command for people and scripts

# A package of its own with a remote dependency, swift-argument-parser, which the library does not have.
$(COMMAND): $(shell find Sources/PeerID Tools/command/Sources -type f) Tools/command/Package.swift | packages
	swift build -c release --package-path Tools/command --scratch-path .build-command --static-swift-stdlib \
	  --product peerid-command
	@mkdir -p $(BUILD)/bin $(BUILD)/completions
	install -m 755 .build-command/release/peerid-command $@
	strip --strip-unneeded $@
	for shell in bash zsh fish; do $@ --generate-completion-script $$shell > $(BUILD)/completions/peerid.$$shell; done

.PHONY: examples
examples: $(EXAMPLES) ## Build the C examples

$(BUILD)/examples/%: bindings/c/examples/%.c include/peerid.h $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(EXAMPLE_FLAGS) $< -o $@ -L$(BUILD)/lib -lpeerid -Wl,-rpath,'$$ORIGIN/../lib'

.PHONY: demo
demo: all ## See it work: log in, submit, lose the token, refresh, submit again
	@Tools/scripts/demo

.PHONY: check
check: ## Run what a commit needs, in some minutes, installing what it needs
	@Tools/scripts/test check

.PHONY: test
test: ## Run every test of the project, installing what they need
	@Tools/scripts/test

.PHONY: fuzz
fuzz: | packages ## Fuzz what reads texts from outside for SECONDS=60, or the TARGETS=… alone
	nice python3 -B Tests/Fuzz/fuzz.py --seconds $(or $(SECONDS),60) $(TARGETS)

.PHONY: wheel
wheel: library ## Build, repair and test the Python wheel; it ends in dist/
	bindings/python/build_wheel

SEEDS ?= 50000

.PHONY: simulate
simulate: ## Run the sessions in so many random schedules with faults (SEEDS=…)
	@Tools/scripts/install-packages libcurl4-openssl-dev libjansson-dev pkg-config gcc libc6-dev
	Tests/Simulation/run $(SEEDS)

.PHONY: soak
soak: all ## Make calls from C, Python and Go for MINUTES=30 with a fault every second; draws build/soak/soak.svg
	@Tools/scripts/install-packages gcc libc6-dev golang-go pkg-config python3-venv
	Tests/Soak/run $(or $(MINUTES),30)

.PHONY: mutants
mutants: all ## Put 66 small faults into the core, one at a time, which the tests must detect
	@Tools/scripts/install-packages gdb libpq-dev libhiredis-dev
	Tests/Mutants/run

.PHONY: bench
bench: library ## Measure against programs written by hand; writes Benchmarks/results
	@Tools/scripts/install-packages nginx-light openssl valgrind python3
	Benchmarks/run

.PHONY: docs
docs: library ## Build the documentation site, build/docs/site/index.html; warnings are errors
	Tools/docs/build

.PHONY: header
header: | packages ## Generate include/peerid.h, the version script and the Python prototypes
	Tools/header/generate.py

.PHONY: format
format: ## Format the Swift sources
	swift format --in-place --recursive Sources Tests Tools/command

# The man pages and completions of the programs.
DOCUMENTATION := share/man/man1/peerid.1 share/man/man1/peerid-sandbox.1 share/bash-completion/completions/peerid share/zsh/site-functions/_peerid \
  share/fish/vendor_completions.d/peerid.fish

.PHONY: install
install: library command sandbox ## Install under PREFIX (default /usr/local), staged under DESTDIR if given
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/lib/cmake/peerid $(DESTDIR)$(PREFIX)/include \
	  $(DESTDIR)$(PREFIX)/share/man/man3
	install -m 644 docs/man/peerid.3 $(DESTDIR)$(PREFIX)/share/man/man3/peerid.3
	install -m 644 include/peerid.h $(DESTDIR)$(PREFIX)/include/peerid.h
	install -m 755 $(LIBRARY) $(DESTDIR)$(PREFIX)/lib/libpeerid.so.$(VERSION)
	ln -sf libpeerid.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libpeerid.so.$(MAJOR)
	ln -sf libpeerid.so.$(MAJOR) $(DESTDIR)$(PREFIX)/lib/libpeerid.so
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$${prefix}/lib|; s|@VERSION@|$(VERSION)|' Tools/packaging/peerid.pc.in \
	  > $(DESTDIR)$(PREFIX)/lib/pkgconfig/peerid.pc
	for file in peerid-config.cmake peerid-config-version.cmake; do \
	  sed -e 's|@VERSION@|$(VERSION)|; s|@MAJOR@|$(MAJOR)|' Tools/packaging/$$file.in \
	    > $(DESTDIR)$(PREFIX)/lib/cmake/peerid/$$file; \
	done
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin $(sort $(dir $(DOCUMENTATION))))
	install -m 755 $(COMMAND) $(SANDBOX) $(DESTDIR)$(PREFIX)/bin
	install -m 644 docs/man/peerid.1 docs/man/peerid-sandbox.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(BUILD)/completions/peerid.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/peerid
	install -m 644 $(BUILD)/completions/peerid.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_peerid
	install -m 644 $(BUILD)/completions/peerid.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/peerid.fish
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig

.PHONY: uninstall
uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/share/man/man3/peerid.3 $(DESTDIR)$(PREFIX)/include/peerid.h $(DESTDIR)$(PREFIX)/lib/pkgconfig/peerid.pc
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/lib/libpeerid.so,.$(VERSION) .$(MAJOR)) $(DESTDIR)$(PREFIX)/lib/libpeerid.so
	rm -rf $(DESTDIR)$(PREFIX)/lib/cmake/peerid
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/peerid bin/peerid-sandbox $(DOCUMENTATION))

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf $(BUILD) dist .build .build-shipped .build-command .build-tsan
