// Replaces Sources/PeerID/Concurrency/Cancellation.swift, which wakes threads in libcurl.

/// Whether a call was cancelled.
public final class Cancellation: @unchecked Sendable {
  private(set) var isCancelled = false

  init() {}

  static var ofThread: Cancellation? { nil }
  static func prepare() {}

  func cancel() { isCancelled = true }
}
