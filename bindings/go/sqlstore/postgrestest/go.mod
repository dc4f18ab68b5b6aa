// A module of its own, so that the package itself needs no driver. The driver is the one that Debian ships as source in
// golang-github-lib-pq-dev; nothing is downloaded.
module github.com/peerplays/libpeerid/bindings/go/sqlstore/postgrestest

go 1.19

require (
	github.com/lib/pq v1.10.7
	github.com/peerplays/libpeerid/bindings/go v1.0.0
)

replace (
	github.com/lib/pq => /usr/share/gocode/src/github.com/lib/pq
	github.com/peerplays/libpeerid/bindings/go => ../..
)
