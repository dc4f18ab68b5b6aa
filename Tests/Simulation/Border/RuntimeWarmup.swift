// Replaces Sources/PeerID/Client/RuntimeWarmup.swift: no process is really forked.

enum RuntimeWarmup {
  static func runOnce(_ configuration: Configuration) {}
}
