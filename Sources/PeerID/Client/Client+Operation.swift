// Calls for operating a service: statistics, a check at start, a new secret.

extension Client {
  /// Statistics of this client as JSON: calls by kind and outcome, requests resent after HTTP 401, refreshes, locks and
  /// failures of the store, connections, calls in flight, and latencies in microseconds. Counters start at 0 with the
  /// client, and again in the child of a `fork`.
  ///
  /// - Returns: the JSON; see the documentation of `peerid_client_statistics` for its members.
  public func statistics() -> String { statisticsResponse().json }

  package func statisticsResponse() -> Response {
    let report = engine.environment.transport.statistics.report(asynchronousInFlight: engine.loop.quota.inFlight)
    return Response(json: report.compactText)
  }

  /// Checks that the server is a PeerID server and accepts the application's id and secret. Call it at the start of a
  /// program. The check sends one request, which changes nothing: a refresh with a token that does not exist.
  ///
  /// The check does not show whether users have granted operations, or whether redirect URIs are registered.
  ///
  /// - Throws: `configuration` without a client secret; `rejected` when the server does not know the application or the
  ///   secret is wrong; `protocol` when the server is not a PeerID server; and the errors of any call.
  public func check() throws(PeerIDError) {
    _ = try engine.run(checkCall())
  }

  package func checkCall() -> Call {
    .task(.check) { [engine] (context) throws(PeerIDError) in
      do throws(PeerIDError) {
        _ = try engine.environment.tokens.refresh(Bytes("peerid-check"), context: context)
      } catch  where error.code == .rejected && error.detail(of: "refresh_token") != nil {
        // The server checks the application before the refresh token, so it has accepted the id and the secret.
        return .done
      } catch  where error.outcome == .unknown {
        engine.configuration.report(error, in: "check")
        // A refresh with a token that does not exist changes nothing, whatever the answer.
        throw error.withOutcome(.notDone)
      }
      throw PeerIDError(.protocol, .notDone, "the server accepted a refresh token that does not exist: check base_url")
    }
  }

  /// Replaces the client secret, for instance after it was changed at PeerID. Sessions continue.
  ///
  /// - Parameter secret: the new secret.
  /// - Throws: `invalidArgument` when the secret is empty.
  public func setSecret(_ secret: String) throws(PeerIDError) {
    try setSecret(Bytes(secret, wipes: true))
  }

  package func setSecret(_ secret: Bytes) throws(PeerIDError) {
    guard secret.count > 0 else { throw PeerIDError(.invalidArgument, "client_secret is empty: pass the new secret") }
    engine.environment.tokens.secret.replace(with: secret)
  }
}
