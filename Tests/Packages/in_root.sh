# Runs in an empty Debian 12: tries the tarball, then the packages, then removes them. $1 is the name of the tarball, $2
# the packages that its README names.
name=$1
needed=$2
export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C.UTF-8
transfer='{"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31", "to": "1.2.33", "amount": {"amount": 100, "asset_id": "1.3.0"}}'

install() {
  apt-get install -y --no-install-recommends "$@" >/tmp/apt.log 2>&1 || {
    cat /tmp/apt.log >&2
    exit 1
  }
}

# pay TITLE COMMAND...: submits a transfer with the command, to a sandbox of the same installation.
pay() {
  echo "== $1"
  shift
  sh /srv/with_sandbox.sh sh -eu -c '"$@" "$URL" 4 demo-secret-4 alice alice-password 1.2.31 1.2.33' pay "$@" >/tmp/pay.log || {
    cat /tmp/pay.log >&2
    exit 1
  }
  grep -q -E '[0-9a-f]{40}' /tmp/pay.log || { echo "no transaction:" >&2; cat /tmp/pay.log >&2; exit 1; }
}

use_command() {
  echo "== $1"
  echo "$transfer" >/tmp/transfer.json
  sh /srv/with_sandbox.sh sh -eu -c '
    export PEERID_BASE_URL=$URL PEERID_CLIENT_ID=4 PEERID_CLIENT_SECRET=demo-secret-4
    echo alice-password | peerid login alice --password-stdin
    peerid refresh
    peerid submit /tmp/transfer.json
  ' >/tmp/command.log || { cat /tmp/command.log >&2; exit 1; }
  grep -q -E '[0-9a-f]{40}' /tmp/command.log || { echo "no transaction:" >&2; cat /tmp/command.log >&2; exit 1; }
  rm -rf /root/.local /tmp/command.log
}

apt-get update >/tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; exit 1; }
dpkg-query -W -f '${Package}\n' | sort >/tmp/before
# shellcheck disable=SC2086
install $needed
path=$PATH
PATH=/opt/$name/bin:$path
pay "a program in C, with the tarball" /srv/c_program
pay "a program in Go, with the tarball" /srv/go_program
use_command "the command of the tarball"
PATH=$path
rm -r "/opt/${name:?}"
# Removes what was installed so far: the packages must declare all their dependencies.
dpkg-query -W -f '${Package}\n' | sort | comm -13 /tmp/before - | xargs apt-get purge -y >/tmp/apt.log 2>&1

echo "== installing the packages"
install /srv/packages/libpeerid1_*.deb /srv/packages/peerid_*.deb /srv/packages/peerid-sandbox_*.deb /srv/packages/python3-peerid_*.deb
use_command "the command of its package"
pay "the example in Python" python3 /usr/share/doc/python3-peerid/examples/login_and_submit.py
python3 -c '
import importlib.metadata, peerid
assert importlib.metadata.version("peerid") == peerid.__version__
assert peerid._library.path == "libpeerid.so.1", peerid._library.path'
dpkg --verify libpeerid1 peerid peerid-sandbox python3-peerid
if find / -xdev -iname 'libswift*' | grep .; then echo "the root contains Swift" >&2; exit 1; fi

echo "== installing the packages for developers, with a C compiler and Go"
install /srv/packages/libpeerid-dev_*.deb /srv/packages/golang-github-peerplays-libpeerid-dev_*.deb golang-go
# shellcheck disable=SC2046
gcc /usr/share/doc/libpeerid-dev/examples/login_and_submit.c -o /tmp/pay $(pkg-config --cflags --libs peerid)
pay "the example in C" /tmp/pay
mkdir /srv/pay
cd /srv/pay || exit
module=github.com/peerplays/libpeerid/bindings/go
cp /usr/share/gocode/src/$module/examples/login_and_submit/main.go .
go mod init example.org/pay 2>/dev/null
go mod edit "-require=$module@v1.0.0" "-replace=$module=/usr/share/gocode/src/$module"
GOFLAGS=-mod=mod GOPROXY=off go build -o /tmp/pay_go
pay "the example in Go" /tmp/pay_go
cd /
rm -r /srv/pay /root/.cache

echo "== removing the packages"
installed=$(dpkg-query -W -f '${Package} ${source:Package}\n' | sed -n 's/^\([^ ]*\) libpeerid$/\1/p')
# shellcheck disable=SC2086
dpkg -L $installed | sort -u >/tmp/files
# shellcheck disable=SC2086
apt-get purge -y $installed >/tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; exit 1; }
left=$(grep -i peerid /tmp/files | while read -r file; do [ ! -e "$file" ] || echo "$file"; done)
left="$left$(find / -xdev -iname '*peerid*' ! -path '/srv/*' ! -path '/proc/*')"
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
if ldconfig -p | grep peerid; then echo "ldconfig still knows the library" >&2; exit 1; fi
echo "removed: $(echo "$installed" | wc -l) packages, $(wc -l </tmp/files) files and folders"
