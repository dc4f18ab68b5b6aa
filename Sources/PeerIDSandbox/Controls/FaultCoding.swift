internal import PeerID

extension Fault {
  private enum Kind: String, CaseIterable {
    case delay
    case delayAfter = "delay_after"
    case saveFirst = "save_first"
    case dropBefore = "drop_before"
    case dropAfter = "drop_after"
    case dropMid = "drop_mid"
    case status
    case statusAfter = "status_after"
    case closeAfter = "close_after"
    case hangUp = "hang_up"
    case loseBeforeChain = "lose_before_chain"
    case holdInPool = "hold_in_pool"
    case refuseOnChain = "refuse_on_chain"
  }

  /// The refusal that applications see most often: the payer has too little of an asset.
  static let commonRefusal =
    "Assert Exception: d.get_balance(*from_account, asset_type).amount >= op.amount.amount: Insufficient Balance"

  /// Reads a fault from the body of a control.
  init(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    try reader.allowOnly([
      "kind", "path", "times", "skip", "ms", "cut", "status", "headers", "body", "content_type", "included_after_ms",
      "message",
    ])
    guard let kind: Kind = try reader.optionalChoice("kind") else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw KeyedReader.Fault(key: "kind", problem: "is missing; it must be one of \(known)")
    }
    let action: Action
    switch kind {
    case .delay: action = .delay
    case .delayAfter: action = .delayAfter
    case .saveFirst: action = .saveFirst
    case .dropBefore: action = .dropBefore
    case .dropAfter: action = .dropAfter
    case .dropMid: action = .dropMid(try reader.optionalChoice("cut") ?? .half)
    case .status: action = .status(try Replacement(reader))
    case .statusAfter: action = .statusAfter(try Replacement(reader))
    case .closeAfter: action = .closeAfter
    case .hangUp: action = .hangUp
    case .loseBeforeChain: action = .loseBeforeChain
    case .holdInPool:
      let delay = try reader.optionalInteger("included_after_ms", 0...3_600_000)
      action = .holdInPool(includedAfterMilliseconds: delay.map { Int($0) })
    case .refuseOnChain:
      action = .refuseOnChain(try reader.optionalString("message") ?? Self.commonRefusal)
    }
    let isForever = try Self.hasWord("always", "times", reader)
    let isHeld = try Self.hasWord(Self.heldWord, "ms", reader)
    self.init(
      action,
      path: try Self.path(reader),
      times: isForever ? nil : Int(try reader.optionalInteger("times", 1...1_000_000_000) ?? 1),
      skip: Int(try reader.optionalInteger("skip", 0...1_000_000_000) ?? 0),
      milliseconds: isHeld ? Self.untilReleased : Int(try reader.optionalInteger("ms", 0...3_600_000) ?? 0)
    )
  }

  /// The path, which must be one that the sandbox answers: a misspelled path would match no request.
  private static func path(_ reader: KeyedReader) throws(KeyedReader.Fault) -> String {
    guard let path = try reader.optionalString("path") else { return "*" }
    let known = KnownPaths.all
    guard path == "*" || known.contains(path.lowercased()) else {
      let hint = Nearest.hint(path, known)
      throw KeyedReader.Fault(key: "path", problem: "no route has the path \"\(path)\"\(hint); \"*\" means all")
    }
    return path
  }

  /// The value of `ms` for `untilReleased`.
  private static let heldWord = "until_released"

  /// Whether the key has this word as its value, as in `"times": "always"`. Any other value must be a number.
  private static func hasWord(
    _ word: String,
    _ key: String,
    _ reader: KeyedReader
  ) throws(KeyedReader.Fault) -> Bool {
    guard let text = reader.value?.member(key)?.string else { return false }
    guard text == word else {
      throw KeyedReader.Fault(key: key, problem: "must be an integer or \"\(word)\"")
    }
    return true
  }

  private var kind: Kind {
    switch action {
    case .delay: .delay
    case .delayAfter: .delayAfter
    case .saveFirst: .saveFirst
    case .dropBefore: .dropBefore
    case .dropAfter: .dropAfter
    case .dropMid: .dropMid
    case .status: .status
    case .statusAfter: .statusAfter
    case .closeAfter: .closeAfter
    case .hangUp: .hangUp
    case .loseBeforeChain: .loseBeforeChain
    case .holdInPool: .holdInPool
    case .refuseOnChain: .refuseOnChain
    }
  }

  /// The fault's name in controls and in the log.
  var name: String { kind.rawValue }

  var literal: JSONLiteral {
    var members: [(String, JSONLiteral)] = [
      ("kind", .string(name)), ("path", .string(path)),
      ("times", times.map { .integer(Int64($0)) } ?? "always"),
      ("skip", .integer(Int64(skip))),
      ("ms", milliseconds == Self.untilReleased ? .string(Self.heldWord) : .integer(Int64(milliseconds))),
    ]
    switch action {
    case .dropMid(let cut): members.append(("cut", .string(cut.rawValue)))
    case .status(let replacement), .statusAfter(let replacement):
      members.append(("status", .integer(Int64(replacement.status))))
      members.append(("headers", .object(replacement.headers.map { ($0.name, .string($0.value)) })))
      members.append(("content_type", .string(replacement.contentType)))
      if let body = replacement.body { members.append(("body", .string(body))) }
    case .holdInPool(let delay):
      members.append(("included_after_ms", delay.map { .integer(Int64($0)) } ?? .null))
    case .refuseOnChain(let message): members.append(("message", .string(message)))
    default: break
    }
    return .object(members)
  }
}

extension Fault.Replacement {
  fileprivate init(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    let headers = try reader.object("headers")
    var pairs: [(name: String, value: String)] = []
    for (name, _) in headers.value?.members ?? [] { pairs.append((name, try headers.string(name))) }
    // The body can be JSON, or a string that is sent as it is.
    let body = reader.value?["body"]
    let text = body.flatMap { $0.isNull ? nil : $0.string ?? $0.compactText().text }
    self.init(
      status: Int(try reader.integer("status", 200...599)),
      headers: pairs,
      body: text,
      contentType: try reader.optionalString("content_type") ?? "application/json; charset=utf-8"
    )
  }

  /// The answer to send.
  var answer: HTTPAnswer {
    let body = body.map { Bytes($0) }
    let standard = Refusal(status, .string(reasonPhrase(status))).answer.body
    return HTTPAnswer(status: status, contentType: contentType, headers: headers, body: body ?? standard)
  }
}
