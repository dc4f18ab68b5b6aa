# Runs a command with a sandbox of the installation: its URL is in URL.
#
#   sh with_sandbox.sh COMMAND [ARGUMENT ...]
set -eu
answer=$(mktemp)
peerid-sandbox --json --without-session-cookie --port 0 >"$answer" &
sandbox=$!
trap 'kill "$sandbox"; wait "$sandbox" || true; rm "$answer"' EXIT
until grep -q '}$' "$answer"; do
  kill -0 "$sandbox" || { echo "the sandbox did not start" >&2; exit 1; }
  sleep 0.05
done
URL=$(sed -n 's/^{"url":"\([^"]*\)".*/\1/p' "$answer")
export URL
"$@"
