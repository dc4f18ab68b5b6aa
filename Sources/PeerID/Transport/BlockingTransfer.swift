internal import CCurl

/// A connection for blocking calls, used by one call at a time and kept open for the next.
///
/// This class does what `curl_easy_perform` does, but with its own multi handle, so that a cancellation can wake the
/// thread, and an answer that has arrived is read before the call times out.
final class BlockingTransfer: @unchecked Sendable {
  /// The maximum time, in milliseconds, that a waiting thread sleeps before it checks whether the client was closed.
  private static let longestSleep: Int64 = 100

  private let process = ForkGuard.generation

  private let transfer: CurlTransfer
  private let multi: MultiHandle

  /// Prepares a connection, which the first request opens; returns `nil` when memory or descriptors have run out.
  convenience init?(settings: TransportSettings) {
    guard let multi = MultiHandle(),
      let transfer = CurlTransfer(settings: settings, driver: .blocking, sockets: multi.sockets)
    else { return nil }
    ccurl_multi_setopt_long(multi.handle, CURLMOPT_MAXCONNECTS, 1)
    self.init(multi, transfer)
  }

  private init(_ multi: MultiHandle, _ transfer: CurlTransfer) {
    self.multi = multi
    self.transfer = transfer
  }

  /// Whether the connection was made in this process; `false` if it was inherited by a fork.
  var isOfThisProcess: Bool { process == ForkGuard.generation }

  /// Sends `request`, waits, and passes the answer to `body`, all on this thread.
  func perform<Result>(
    _ request: HTTPRequest,
    context: CallContext,
    learningTime clock: ServerClock,
    _ statistics: Statistics,
    _ body: (Swift.Result<HTTPResponse, TransportFailure>) -> Result
  ) -> Result {
    transfer.prepare(request, context: context)
    defer { transfer.finish() }
    context.cancellation?.enter(multi.handle)
    var code: CURLcode
    repeat {
      guard multi.add(transfer) else {
        context.cancellation?.leave(multi.handle)
        return body(.failure(TransportFailure(kind: .outOfMemory, mayHaveBeenSent: false, reason: "")))
      }
      code = drive(context)
      guard isOfThisProcess else {
        let reason = "the process was forked during the call, which continues in the parent"
        return body(.failure(TransportFailure(kind: .lost, mayHaveBeenSent: true, reason: reason)))
      }
      if transfer.foundStaleConnection { multi.remove(transfer) }
    } while transfer.tryAnotherConnection()
    context.cancellation?.leave(multi.handle)
    let outcome = transfer.outcome(of: code)
    transfer.countConnections(statistics)
    if case .success = outcome, clock.wantsSample, let date = transfer.dateMilliseconds() {
      clock.learn(dateMilliseconds: date, took: transfer.durationMilliseconds())
    }
    multi.remove(transfer)
    return body(outcome)
  }

  /// Runs the transfer until it ends or is interrupted.
  ///
  /// After its deadline, a call first reads what has already arrived: if the process was stopped for a while, an answer
  /// that came in time may still be unread in the socket.
  private func drive(_ context: CallContext) -> CURLcode {
    let sleep = context.isAsking ? CallContext.askingInterval : Self.longestSleep
    var receivedAtEnd: Int64 = -1
    while true {
      guard let running = multi.perform() else { return CURLE_OUT_OF_MEMORY }
      if running == 0 { break }
      let interruption = context.interruption()
      // The application's interrupt function may have forked.
      guard isOfThisProcess else { return CURLE_ABORTED_BY_CALLBACK }
      if let interruption {
        if transfer.received == receivedAtEnd {
          transfer.giveUp(interruption)
          return CURLE_ABORTED_BY_CALLBACK
        }
        receivedAtEnd = transfer.received
      } else {
        let longest = min(sleep, context.remainingMilliseconds)
        curl_multi_poll(multi.handle, nil, 0, Int32(clamping: longest), nil)
      }
    }
    var remaining: Int32 = 0
    guard let message = curl_multi_info_read(multi.handle, &remaining) else { return CURLE_OUT_OF_MEMORY }
    return message.pointee.data.result
  }
}
