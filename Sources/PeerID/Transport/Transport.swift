internal import CCurl
internal import CLinux

/// Sends requests on the caller's thread, over pooled connections.
final class Transport: Sendable {
  /// The server's clock, updated by answers.
  let serverClock: ServerClock
  let statistics = Statistics()
  private let settings: TransportSettings
  private let pool: TransferPool

  init(settings: TransportSettings, clock: Clock) {
    self.settings = settings
    serverClock = ServerClock(clock: clock)
    pool = TransferPool(maximumIdle: Int(clamping: settings.maximumIdleConnections))
  }

  /// Sends `request`, waits, and passes the answer or the failure to `body`.
  func send<Result>(
    _ request: HTTPRequest,
    context: CallContext,
    _ body: (Swift.Result<HTTPResponse, TransportFailure>) -> Result
  ) -> Result {
    // A call that was interrupted before it began must not send anything.
    if let interruption = context.interruption() {
      return body(.failure(TransportFailure(interruption, mayHaveBeenSent: false)))
    }
    guard let transfer = pool.take() ?? BlockingTransfer(settings: settings) else {
      return body(.failure(TransportFailure(kind: .outOfMemory, mayHaveBeenSent: false, reason: "")))
    }
    let result = transfer.perform(request, context: context, learningTime: serverClock, statistics, body)
    pool.put(transfer)
    return result
  }

  /// Closes the idle connections, and keeps none from now on.
  func close() {
    pool.close()
  }
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

/// Global state of libcurl.
enum Curl {
  /// The first version with everything that this library needs: `CURLOPT_PREREQFUNCTION`, which keeps libcurl from
  /// sending a request twice, functions that read headers, and TLS writes that cannot raise SIGPIPE.
  private static let minimumVersion: UInt32 = 0x07_57_00

  /// Whether libcurl may take a maximum age of 0 for "no limit". In version 7, 0 is a limit of less than a second.
  static let takesNoAgeForNoLimit = (curl_version_info(CCURL_VERSION_NOW)?.pointee.version_num ?? 0) >= 0x08_00_00

  /// The functions of libcurl's OpenSSL, which can report unread data of a connection; `nil` for another TLS library.
  static let openSSL: ccurl_openssl? = {
    var functions = ccurl_openssl()
    return ForkGate.inside { ccurl_find_openssl(&functions) } != 0 ? functions : nil
  }()

  /// Frees what OpenSSL keeps for this thread, which is about to end. Otherwise OpenSSL does so in the thread's
  /// destructor, with process-wide locks for which a fork does not wait.
  static func endThread() {
    guard let stop = openSSL?.stop_thread else { return }
    ExitGuard.whileBusy { ForkGate.inside { stop() } }
  }

  /// Why libcurl cannot be used; `nil` if it can. The first use initialises libcurl.
  static let unusableBecause: String? = {
    // The table's fork handlers close the fork gate.
    _ = LockTable.shared
    let code = ForkGate.inside { curl_global_init(CCURL_GLOBAL_DEFAULT) }
    if code != CURLE_OK { return "libcurl could not be initialised: \(String(cString: curl_easy_strerror(code)))" }
    ForkGate.inside { ExitGuard.arm() }
    // Initialize this now, before there are threads that could fork.
    _ = openSSL
    guard let information = curl_version_info(CCURL_VERSION_NOW)?.pointee else { return "libcurl has no version" }
    if information.version_num < minimumVersion {
      return "libcurl \(String(cString: information.version)) is too old; 7.87 or newer is needed"
    }
    return nil
  }()
}
