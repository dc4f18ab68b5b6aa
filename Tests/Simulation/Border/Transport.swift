internal import CCurl

// Replaces the parts of Sources/PeerID/Transport that use libcurl: requests go into the simulated network.

final class Transport: Sendable {
  /// The interval at which a waiting thread checks whether it has to end, in milliseconds.
  private static let longestSleep: Int64 = 100

  let serverClock: ServerClock
  let statistics = Statistics()

  init(settings: TransportSettings, clock: Clock) {
    serverClock = ServerClock(clock: clock)
  }

  func send<Result>(
    _ request: HTTPRequest,
    context: CallContext,
    _ body: (Swift.Result<HTTPResponse, TransportFailure>) -> Result
  ) -> Result {
    if let interruption = context.interruption() {
      return body(.failure(TransportFailure(interruption, mayHaveBeenSent: false)))
    }
    let exchange = world.network.begin(request)
    while exchange.isOpen {
      if let interruption = context.interruption() {
        if interruption != .timedOut { world.checker.cutsShort(exchange) }
        exchange.abandon()
        return body(.failure(TransportFailure(interruption, mayHaveBeenSent: exchange.hasLeft)))
      }
      world.wait(
        for: ObjectIdentifier(exchange),
        untilMonotonic: min(world.monotonic + Self.longestSleep, context.deadline)
      )
    }
    guard let answer = exchange.answer else { return body(.failure(exchange.failure)) }
    world.note(answer.body.utf8)
    if serverClock.wantsSample { serverClock.learn(dateMilliseconds: answer.date, took: world.now - exchange.begun) }
    return Bytes(answer.body).withBytes { bytes in
      body(
        .success(
          HTTPResponse(
            status: answer.status,
            body: bytes,
            isTruncated: false,
            retryAfterMilliseconds: answer.retryAfter
          )
        )
      )
    }
  }

  func close() {}
}

extension TransportFailure {
  init(_ interruption: CallContext.Interruption, mayHaveBeenSent: Bool) {
    let kind: Kind =
      switch interruption {
      case .timedOut: .timedOut
      case .cancelled: .cancelled
      case .closed: .closed
      }
    self.init(kind: kind, mayHaveBeenSent: mayHaveBeenSent, reason: "")
  }
}

enum Curl {
  static let unusableBecause: String? = nil
  static let openSSL: ccurl_openssl? = nil
  static func endThread() {}
}
