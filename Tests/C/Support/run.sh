# Functions of Tests/C/run and Tests/Faults/run, which source this file in the root of the project.
#
# Variables choose the library under test and how it is used, as in Tests/ThreadSanitizer/run:
#
#   PEERID_TEST_LIBRARY   the folder of libpeerid.so instead of build/lib; an absolute path
#   PEERID_TEST_PROGRAMS  the folder for the test programs instead of build/tests
#   PEERID_TEST_FLAGS     more flags for the compiler and the linker

library=${PEERID_TEST_LIBRARY:-$PWD/build/lib}
out=${PEERID_TEST_PROGRAMS:-build/tests}
passed=0
failed=0
known=0
LC_ALL=C
export LC_ALL
# The user's proxy and certificate settings must not affect the tests.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR \
  CURL_CA_BUNDLE
mkdir -p "$out/logs" "$out/symbols"

# Memcheck runs the library with its symbols: the suppressions name functions.
shipped=$PWD/build/embedded/libpeerid.so
[ ! -e build/lib/.embedded-0 ] || shipped=$PWD/build/normal/libpeerid.so
[ -z "${PEERID_TEST_LIBRARY:-}" ] || shipped=$library/libpeerid.so
for needed in "$library/libpeerid.so" build/bin/peerid-sandbox "$shipped"; do
  [ -e "$needed" ] || { echo "$needed is missing: run make first" >&2; exit 1; }
done
ln -sf "$shipped" "$out/symbols/libpeerid.so.1"

# compile PROGRAM SOURCE...: builds a test program with the header, the library, and the support of the tests.
compile() {
  program=$1
  shift
  # shellcheck disable=SC2086
  ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wpedantic -Werror -Iinclude -ITests/C/Support -ITests/Faults \
    "$@" -o "$out/$program" "-L$library" -rdynamic -lpeerid -lcmocka -ljansson -pthread "-Wl,-rpath,$library" \
    ${PEERID_TEST_FLAGS:-} || exit 1
}

# check DESCRIPTION COMMAND...: one test; its output is shown when it fails.
check() {
  description=$1
  shift
  if "$@" >"$out/logs/check.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $description"
    sed 's/^/    /' "$out/logs/check.log"
  fi
}

count_lines() { # FILE PATTERN
  grep -c "$2" "$1" || true
}

# run_tests NAME COMMAND...: runs a test program, whose tests are counted one by one.
run_tests() {
  name=$1
  shift
  log="$out/logs/$name.log"
  begin=$(date +%s)
  status=0
  CMOCKA_MESSAGE_OUTPUT=tap timeout --kill-after=5 3600 "$@" >"$log" 2>&1 || status=$?
  good=$(count_lines "$log" '^ok ')
  skipped=$(count_lines "$log" '^not ok .*# SKIP')
  bad=$(($(count_lines "$log" '^not ok ') - skipped))
  # A program that died has not reported all its tests.
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ "$good" -eq 0 ]; then
    bad=$((bad + 1))
    echo "FAILED: $name ended with status $status"
  fi
  passed=$((passed + good))
  known=$((known + skipped))
  failed=$((failed + bad))
  printf '%-44s %4d passed, %d failed, %d known faults (%d s)\n' "$name" "$good" "$bad" "$skipped" \
    "$(($(date +%s) - begin))"
  if [ "$bad" -gt 0 ]; then
    grep -v '^ok \|^1\.\.\|^known: \|# SKIP' "$log" | sed 's/^/    /'
  elif [ "$skipped" -gt 0 ]; then
    grep '^known: ' "$log" | sort | uniq -c | sed 's/^/    /'
  fi
}

memcheck="valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
--num-callers=40 --error-exitcode=99 --suppressions=$PWD/Tests/C/memcheck.supp"

# run_memcheck NAME COMMAND...: the same program under memcheck, counted as one test: no invalid access, no use of an
# uninitialized value, no definite leak, in the program or its forks.
run_memcheck() {
  name="$1 (memcheck)"
  log="$out/logs/$1.memcheck"
  shift
  begin=$(date +%s)
  rm -f "$log".*
  status=0
  # shellcheck disable=SC2086
  LD_LIBRARY_PATH="$PWD/$out/symbols" PEERID_UNDER_MEMCHECK=1 CMOCKA_MESSAGE_OUTPUT=tap timeout --kill-after=5 3600 \
    $memcheck --log-file="$log.%p" "$@" >"$log.output" 2>&1 || status=$?
  findings=$(find "$out/logs" -path "$log.[0-9]*" -size +0 | sort)
  if [ "$status" -eq 0 ] && [ -z "$findings" ]; then
    passed=$((passed + 1))
    printf '%-44s clean (%d s)\n' "$name" "$(($(date +%s) - begin))"
  else
    failed=$((failed + 1))
    echo "FAILED: $name ended with status $status"
    grep -v '^ok \|^1\.\.\|^known: \|# SKIP' "$log.output" | sed 's/^/    /'
    # shellcheck disable=SC2086
    [ -z "$findings" ] || head -n 60 $findings | sed 's/^/    /'
  fi
}

finish() {
  [ "$known" -eq 0 ] || echo "$known tests show known bugs and count neither as passed nor as failed"
  echo "$1: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
