import PeerID

/// Why a command failed, and the exit status for scripts.
struct Failure: Error {
  let status: ExitStatus
  let message: String
  /// The error of the library, if it is one.
  let error: PeerIDError?

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
    error = nil
  }

  /// An error of the library. A call that changes nothing cannot have an unknown outcome.
  init(_ error: PeerIDError, changesNothing: Bool = false) {
    let status = ExitStatus(error)
    self.status = changesNothing && status == .unknown ? .notDone : status
    message = error.message
    self.error = error
  }

  /// A failed system call.
  static func system(_ what: String, _ code: Int32, _ status: ExitStatus = .usage) -> Failure {
    Failure(status, "\(what): \(SystemError.text(code))")
  }

  func report(asJSON: Bool) {
    guard asJSON else {
      let head = Terminal.errors.paint("peerid:", .red)
      Output.printError("\(head) \(message)")
      return
    }
    Output.printError(JSON.object([("error", json)]).text)
  }

  /// The failure with all details from the library.
  var json: JSON {
    guard let error else {
      let name = status == .loginRequired ? "login_required" : status == .usage ? "usage" : "failed"
      return .object([("code", .string(name)), ("outcome", .string("not_sent")), ("message", .string(message))])
    }
    return error.json()
  }
}

extension PeerIDError {
  /// The error as JSON. `outcome`, from the transaction's journal entry, replaces the error's own.
  func json(outcome: String? = nil) -> JSON {
    var members: [(String, JSON)] = [
      ("code", .string(code.name)), ("outcome", .string(outcome ?? self.outcome.name)), ("message", .string(message)),
    ]
    if httpStatus != 0 { members.append(("http_status", .integer(Int64(httpStatus)))) }
    members.append(("retryable", .bool(isRetryable)))
    if retryAfterMilliseconds > 0 { members.append(("retry_after_ms", .integer(retryAfterMilliseconds))) }
    if let serverDetail { members.append(("detail", .string(serverDetail))) }
    return .object(members)
  }
}
