internal import PeerID

/// The JSON envelope of the routes' answers.
enum Envelope {
  /// `{"result": …, "status": 200}`. A result that is falsy in JavaScript (0, `""`, `false`) is sent as `null`.
  static func success(_ result: JSONLiteral) -> HTTPAnswer {
    .json(200, ["result": isFalsy(result) ? .null : result, "status": 200])
  }

  private static func isFalsy(_ literal: JSONLiteral) -> Bool {
    switch literal {
    case .null, .boolean(false), .integer(0), .string(""): true
    case .real(let number): number == 0
    case .value(let value): value.isNull || value.boolean == false || value.number == 0 || value.string == ""
    default: false
    }
  }
}

/// An answer that ends a call early.
struct Refusal: Error {
  let answer: HTTPAnswer

  init(_ answer: HTTPAnswer) {
    self.answer = answer
  }

  /// `{"error": …, "status": …}`. If `quotesStatus` is set, the status in the body is a string, as in three of the
  /// backend's answers.
  init(_ status: Int, _ error: JSONLiteral, quotesStatus: Bool = false) {
    answer = .json(
      status,
      ["error": error, "status": quotesStatus ? .string(String(status)) : .integer(Int64(status))]
    )
  }

  static var methodNotAllowed: Refusal { Refusal(405, "Method Not Allowed") }
  static var serverError: Refusal { Refusal(500, "server side error") }
  static var operationInvalid: Refusal { Refusal(400, ["op_name": "Operation invalid"], quotesStatus: true) }
  static var permissionMissing: Refusal {
    Refusal(400, ["app_id": "App is missing permission for some of the operations"], quotesStatus: true)
  }
}
