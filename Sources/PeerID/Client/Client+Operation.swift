// For operators of a service.

extension Client {
  /// What the calls of this client have done, as JSON: calls by kind and outcome, requests sent again after HTTP 401,
  /// refreshes, locks and failures of the store, connections, calls in flight, and latencies in microseconds. All
  /// counts begin with the client, and in a child of `fork` with the child.
  ///
  /// - Returns: the JSON; see the documentation of `peerid_client_statistics` for its members.
  public func statistics() -> String { statisticsResponse().json }

  package func statisticsResponse() -> Response {
    let report = engine.environment.transport.statistics.report(asynchronousInFlight: engine.loop.quota.inFlight)
    return Response(json: report.compactText)
  }

  /// Checks at the start of a program that the server is there and is PeerID, and that it knows the application and its
  /// secret. One request is sent, which changes nothing: a refresh with a token that does not exist.
  ///
  /// It cannot tell whether users have granted operations, nor whether the redirect addresses are registered.
  ///
  /// - Throws: `configuration` without a client secret; `rejected` when the server does not know the application or its
  ///   secret is another one; `protocol` when the server is not PeerID; and the errors of any call.
  public func check() throws(PeerIDError) {
    _ = try engine.run(checkCall())
  }

  package func check(to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try engine.begin(checkCall(), queue, tag)
  }

  private func checkCall() -> Call {
    .task(.check) { [engine] (context) throws(PeerIDError) in
      do throws(PeerIDError) {
        _ = try engine.environment.tokens.refresh(Bytes("peerid-check"), context: context)
      } catch  where error.code == .rejected && error.names("refresh_token") {
        // The server looks at the application first.
        return .done
      } catch  where error.outcome == .unknown {
        // Nothing can have been done with a token that does not exist.
        throw error.withOutcome(.notDone)
      }
      throw PeerIDError(.protocol, .notDone, "the server takes a refresh token that does not exist: check base_url")
    }
  }

  /// Uses another client secret from now on, for instance after it was changed at PeerID. Sessions go on.
  ///
  /// - Parameter secret: the new secret.
  /// - Throws: `invalidArgument` when it is empty.
  public func setSecret(_ secret: String) throws(PeerIDError) {
    try setSecret(Bytes(secret, wipes: true))
  }

  package func setSecret(_ secret: Bytes) throws(PeerIDError) {
    guard secret.count > 0 else { throw PeerIDError(.invalidArgument, "client_secret is empty: pass the new secret") }
    engine.environment.tokens.secret.replace(with: secret)
  }
}

extension PeerIDError {
  /// Whether the server's answer has a message for this field.
  fileprivate func names(_ field: String) -> Bool {
    guard let detail = detailBytes, let fields = try? JSONDocument(parsing: detail.raw).root else { return false }
    return fields.member(field) != nil
  }
}
