module github.com/peerplays/libpeerid/bindings/go

go 1.19
