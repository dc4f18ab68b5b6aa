module github.com/peerplays/libpeerid/Tests/Soak

go 1.19

require github.com/peerplays/libpeerid/bindings/go v0.0.0

replace github.com/peerplays/libpeerid/bindings/go => ../../../bindings/go
