// In place of Sources/PeerID/Calls/EventLoopDriver.swift, which sends with libcurl.

final class EventLoopDriver: @unchecked Sendable {
  init?(_ loop: EventLoop) { return nil }
  func wake() {}
  func run() {}
  func closeConnections() {}
}
