# libpeerid. `make help` lists what there is.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=
# What `peerid.pc` gives as its prefix; that of an archive is found from the place of the file.
PC_PREFIX ?= $(PREFIX)
VERSION := $(shell sed -n 's/^\#define PEERID_VERSION_STRING "\(.*\)"/\1/p' include/peerid.h)
MAJOR := $(firstword $(subst ., ,$(VERSION)))

BUILD := build
LIBRARY := $(BUILD)/lib/libpeerid.so.$(VERSION)
SANDBOX := $(BUILD)/bin/peerid-sandbox
COMMAND := $(BUILD)/bin/peerid

# The normal library and the sandbox are built apart from the development build, with other flags. Both use one folder,
# so for the two of them the core is compiled once.
SWIFT_BUILD := PEERID_SHIPPED=1 swift build -c release --scratch-path .build-shipped -Xlinker $(CURDIR)/$(BUILD)/old_glibc.o
PRODUCTS := .build-shipped/release
# As Debian's tools strip, so that a package holds the same bytes as the tarball.
STRIP := strip --strip-unneeded --remove-section=.comment --remove-section=.note
SOURCES := $(shell find Sources -type f) Package.swift Tools/ABI/peerid.map

# The shared library is Embedded Swift. With EMBEDDED=0, and on machines on which Embedded Swift is not tested, it is the
# normal one, which contains the Swift runtime. docs/embedded.md compares the two. Both have their symbols here.
EMBEDDED ?= $(if $(filter x86_64,$(shell uname -m)),1,0)
ifeq ($(filter 0 1,$(EMBEDDED)),)
$(error EMBEDDED=$(EMBEDDED) is neither 0 nor 1)
endif
NORMAL_LIBRARY := $(BUILD)/normal/libpeerid.so
EMBEDDED_LIBRARY := $(BUILD)/embedded/libpeerid.so
CHOSEN_LIBRARY := $(if $(filter 0,$(EMBEDDED)),$(NORMAL_LIBRARY),$(EMBEDDED_LIBRARY))
# Another file when the other library is asked for.
KIND := $(BUILD)/lib/.embedded-$(EMBEDDED)

EXAMPLES := $(patsubst bindings/c/examples/%.c,$(BUILD)/examples/%,$(wildcard bindings/c/examples/*.c))
CFLAGS ?= -O2 -g
EXAMPLE_FLAGS := -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude

# A library that is linked but fails the checks after that must not count as built.
.DELETE_ON_ERROR:

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

$(BUILD)/old_glibc.o: Tools/packaging/old_glibc.c | packages
	@mkdir -p $(BUILD)
	$(CC) -O2 -fPIC -Wall -Wextra -Werror -c $< -o $@

$(KIND):
	@mkdir -p $(@D)
	@rm -f $(@D)/.embedded-*
	@touch $@

$(LIBRARY): $(CHOSEN_LIBRARY) $(KIND)
	@mkdir -p $(BUILD)/lib/pkgconfig
ifeq ($(EMBEDDED) $(origin EMBEDDED),0 file)
	@echo "Building the normal library: Embedded Swift is tested on x86-64 only. EMBEDDED=1 tries it on this machine."
endif
	install -m 755 $(CHOSEN_LIBRARY) $@
	$(STRIP) $@
	ln -sf libpeerid.so.$(VERSION) $(BUILD)/lib/libpeerid.so.$(MAJOR)
	ln -sf libpeerid.so.$(MAJOR) $(BUILD)/lib/libpeerid.so
	@sed -e 's|@PREFIX@|$(CURDIR)|; s|@LIBDIR@|$(CURDIR)/$(BUILD)/lib|; s|@VERSION@|$(VERSION)|' \
	  Tools/packaging/peerid.pc.in > $(BUILD)/lib/pkgconfig/peerid.pc

.PHONY: normal
normal: $(NORMAL_LIBRARY) ## Build build/normal/libpeerid.so, the library with the Swift runtime, for tests

$(NORMAL_LIBRARY): $(SOURCES) $(BUILD)/old_glibc.o | packages
	$(SWIFT_BUILD) --product peerid
	install -D -m 755 $(PRODUCTS)/libpeerid.so $@
	ln -sf libpeerid.so $(@D)/libpeerid.so.$(MAJOR)

.PHONY: embedded
embedded: $(EMBEDDED_LIBRARY) ## Build build/embedded/libpeerid.so, the library as Embedded Swift, for tests

$(EMBEDDED_LIBRARY): $(SOURCES) Tools/scripts/build-embedded | packages
	@mkdir -p $(@D)
	Tools/scripts/build-embedded $@
	ln -sf libpeerid.so $(@D)/libpeerid.so.$(MAJOR)

# The same library for glibc 2.34 and newer, which tarball, packages and wheel hold.
PORTABLE := $(BUILD)/portable/libpeerid.so.$(VERSION)

.PHONY: portable
portable: $(PORTABLE)

$(PORTABLE): $(LIBRARY) Tools/packaging/build_portable
	Tools/packaging/build_portable $(LIBRARY) .build-shipped/release.yaml $@
	$(STRIP) $@

.PHONY: sandbox
sandbox: $(SANDBOX) ## Build build/bin/peerid-sandbox, the local PeerID server

$(SANDBOX): $(SOURCES) $(BUILD)/old_glibc.o | packages $(filter $(NORMAL_LIBRARY),$(CHOSEN_LIBRARY))
	$(SWIFT_BUILD) --product peerid-sandbox
	@mkdir -p $(BUILD)/bin
	install -m 755 $(PRODUCTS)/peerid-sandbox $@
	$(STRIP) $@

.PHONY: command
command: $(COMMAND) ## Build build/bin/peerid, the command for people and scripts

# A package of its own with a remote dependency, swift-argument-parser, which the library does not have.
$(COMMAND): $(shell find Sources/PeerID Tools/command/Sources -type f) Tools/command/Package.swift $(BUILD)/old_glibc.o | packages
	swift build -c release --package-path Tools/command --scratch-path .build-command --static-swift-stdlib \
	  -Xlinker $(CURDIR)/$(BUILD)/old_glibc.o -Xlinker -z -Xlinker now --product peerid-command
	@mkdir -p $(BUILD)/bin $(BUILD)/completions
	install -m 755 .build-command/release/peerid-command $@
	$(STRIP) $@
	for shell in bash zsh fish; do $@ --generate-completion-script $$shell > $(BUILD)/completions/peerid.$$shell; done
	sed -i '1{/^#!/d}' $(BUILD)/completions/peerid.bash # It is sourced, not run.

.PHONY: examples
examples: $(EXAMPLES) ## Build the C examples

$(BUILD)/examples/%: bindings/c/examples/%.c include/peerid.h $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(EXAMPLE_FLAGS) $< -o $@ -L$(BUILD)/lib -lpeerid -Wl,-rpath,'$$ORIGIN/../lib'

.PHONY: demo
# The development build compiles in a third of the time of what ships. It goes into a folder of its own.
demo: ## See it work: log in, submit, lose the token, refresh, submit again
	@$(MAKE) --no-print-directory -j2 EMBEDDED=0 BUILD=$(BUILD)/demo SWIFT_BUILD='swift build' PRODUCTS=.build/debug all
	@PEERID_BUILD=$(BUILD)/demo Tools/scripts/demo

.PHONY: check
check: ## Run what a commit needs, in some minutes, installing what it needs
	@Tools/scripts/test check

.PHONY: test
test: ## Run every test of the project, installing what they need
	@Tools/scripts/test

.PHONY: test-normal
test-normal: ## Run every test that goes through the C interface on the normal library (EMBEDDED=0)
	EMBEDDED=0 Tools/scripts/test library

.PHONY: fuzz
fuzz: normal embedded ## Fuzz what reads texts from outside for SECONDS=60, or the TARGETS=… alone; compare both libraries
	nice python3 -B Tests/Fuzz/fuzz.py --seconds $(or $(SECONDS),60) $(TARGETS)
	$(if $(TARGETS),,nice python3 -B Tests/Fuzz/abi.py)

.PHONY: wheel
wheel: portable ## Build, repair and test the Python wheel; it ends in dist/
	bindings/python/build_wheel

SEEDS ?= 50000

.PHONY: simulate
simulate: ## Run the sessions in SEEDS=50000 random schedules with faults
	@Tools/scripts/install-packages libcurl4-openssl-dev libjansson-dev zlib1g-dev pkg-config gcc libc6-dev
	Tests/Simulation/run $(SEEDS)

.PHONY: soak
soak: all ## Make calls from C, Python and Go for MINUTES=30 with a fault every second; draws build/soak/soak.svg
	@Tools/scripts/install-packages gcc libc6-dev golang-go pkg-config python3-venv
	Tests/Soak/run $(or $(MINUTES),30)

.PHONY: mutants
mutants: all ## Put small faults into the core, one at a time, which the tests must detect
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

.PHONY: dist
dist: portable command sandbox ## Make the tarball and the Debian packages; they end in dist/
	Tools/packaging/build_dist

# What `make install` installs beside the library, its links and its CMake files: file:target, under PREFIX.
SHARED_FILES := include/peerid.h:include/peerid.h docs/man/peerid.3:share/man/man3/peerid.3 docs/man/peerid.1:share/man/man1/peerid.1 \
  docs/man/peerid-sandbox.1:share/man/man1/peerid-sandbox.1 LICENSE:share/doc/peerid/LICENSE \
  Tools/packaging/NOTICES:share/doc/peerid/NOTICES \
  $(BUILD)/completions/peerid.bash:share/bash-completion/completions/peerid \
  $(BUILD)/completions/peerid.zsh:share/zsh/site-functions/_peerid \
  $(BUILD)/completions/peerid.fish:share/fish/vendor_completions.d/peerid.fish
INSTALLED_LIBRARY := $(addprefix $(DESTDIR)$(LIBDIR)/libpeerid.so,.$(VERSION) .$(MAJOR)) $(DESTDIR)$(LIBDIR)/libpeerid.so

.PHONY: install
install: library command sandbox ## Install under PREFIX (/usr/local) and LIBDIR (PREFIX/lib), staged under DESTDIR
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(LIBDIR)/cmake/peerid $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(LIBRARY) $(DESTDIR)$(LIBDIR)/libpeerid.so.$(VERSION)
	ln -sf libpeerid.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libpeerid.so.$(MAJOR)
	ln -sf libpeerid.so.$(MAJOR) $(DESTDIR)$(LIBDIR)/libpeerid.so
	sed -e 's|@PREFIX@|$(PC_PREFIX)|; s|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|; s|@VERSION@|$(VERSION)|' \
	  Tools/packaging/peerid.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/peerid.pc
	include=$$(realpath --canonicalize-missing --relative-to=$(LIBDIR)/cmake/peerid $(PREFIX)/include) && \
	for file in peerid-config.cmake peerid-config-version.cmake; do \
	  sed -e "s|@VERSION@|$(VERSION)|; s|@MAJOR@|$(MAJOR)|; s|@INCLUDE@|$$include|" Tools/packaging/$$file.in \
	    > $(DESTDIR)$(LIBDIR)/cmake/peerid/$$file; \
	done
	install -m 755 $(COMMAND) $(SANDBOX) $(DESTDIR)$(PREFIX)/bin
	$(foreach pair,$(SHARED_FILES),install -D -m 644 $(subst :, $(DESTDIR)$(PREFIX)/,$(pair)) &&) true
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig

.PHONY: uninstall
uninstall: ## Remove what install put there
	rm -f $(INSTALLED_LIBRARY) $(DESTDIR)$(LIBDIR)/pkgconfig/peerid.pc
	rm -rf $(DESTDIR)$(LIBDIR)/cmake/peerid
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/peerid bin/peerid-sandbox $(foreach pair,$(SHARED_FILES),$(lastword $(subst :, ,$(pair)))))
	rmdir $(DESTDIR)$(PREFIX)/share/doc/peerid 2>/dev/null || true

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf $(BUILD) dist .build .build-shipped .build-embedded .build-embedded-thread .build-command .build-tsan
