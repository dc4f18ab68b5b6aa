internal import PeerID

/// The controls under `/sandbox`: GET reads state, POST changes it.
extension SandboxState {
  /// Answers a control. The answer to an invalid control is `{"error": "key: problem"}` with status 400.
  mutating func control(_ request: HTTPRequest) -> HTTPAnswer {
    do throws(KeyedReader.Fault) {
      let document: JSONDocument?
      do throws(JSONSyntaxError) {
        document = request.body.isEmpty ? nil : try JSONDocument(parsing: request.body)
      } catch {
        throw KeyedReader.Fault(key: "(body)", problem: "is not JSON: \(error.reason)")
      }
      tokens.settle(now: PeerID.Clock.monotonicMicroseconds())
      advanceChain()
      let name = String(request.route.dropFirst(HTTPRequest.controlPrefix.count + 1))
      let answer: JSONLiteral? =
        switch request.method {
        case "GET", "HEAD": try read(name, request)
        case "POST": try change(name, document?.root)
        default: nil
        }
      if let answer { return .json(200, answer) }
      let hint = Nearest.hint(name, Self.controls)
      let problem = "no such control: \(request.method) \(request.path)\(hint); known are "
      return .json(404, ["error": .string(problem + Self.controls.joined(separator: ", "))])
    } catch {
      return .json(400, ["error": .string("\(error.key): \(error.problem)")])
    }
  }

  private static let controls = [
    "reset", "expire", "revoke", "save", "settings", "faults", "release", "counts", "requests", "executed", "tokens",
    "codes", "consents", "fixture", "state",
  ]

  /// The keys that a control accepts in its query.
  private static let queryKeys = [
    "requests": ["after", "path", "limit", "at_least", "wait_ms"], "tokens": TokenSelection.keys,
  ]

  private func read(_ name: String, _ request: HTTPRequest) throws(KeyedReader.Fault) -> JSONLiteral? {
    let query = NestedParameters.parse(request.query).root
    try KeyedReader(query).allowOnly(Self.queryKeys[name] ?? [])
    switch name {
    case "fixture": return fixture.literal
    case "settings": return settings.literal
    case "state":
      return overview
    case "faults": return .array(faults.faults.map(\.literal))
    case "counts": return counts.literal
    case "requests": return .array(requests(query).map(\.literal))
    case "executed": return executedLiteral
    case "tokens":
      let selection = TokenSelection(query)
      try selection.check(self)
      return .array(selectedPairs(selection).map { tokenLiteral($0) })
    case "codes":
      return .array(codes.sorted { $0.value.id < $1.value.id }.map { codeLiteral($0.key, $0.value) })
    case "consents":
      return .array(authorities.map { consentLiteral($0.key, $0.value) })
    default: return nil
    }
  }

  private mutating func change(_ name: String, _ body: JSONValue?) throws(KeyedReader.Fault) -> JSONLiteral? {
    switch name {
    case "reset":
      let next = if let body { try Fixture.read(body) } else { fixture }
      reset(to: next)
      return [:]
    case "expire":
      let selection = try TokenSelection(KeyedReader(body))
      try selection.check(self)
      return ["expired": .integer(Int64(expire(selection)))]
    case "revoke":
      return ["revoked": .integer(Int64(try revoke(KeyedReader(body))))]
    case "save":
      try KeyedReader(body).allowOnly([])
      tokens.settle()
      return [:]
    case "release":
      try KeyedReader(body).allowOnly([])
      releaseRequests()
      return [:]
    case "settings":
      try settings.apply(try KeyedReader(body))
      return settings.literal
    case "faults":
      try addFaults(body)
      return .array(faults.faults.map(\.literal))
    case "counts":
      counts.removeAll()
      return [:]
    case "requests":
      log.removeAll()
      return [:]
    case "codes":
      let party = try party(KeyedReader(body), allowing: ["user", "app"])
      if authorities[party] == nil { join(party) }
      let code = makeCode(party)
      return ["code": .string(code)]
    case "consents":
      return try changeConsent(KeyedReader(body))
    default: return nil
    }
  }

  /// One fault, an array of them, or `{"clear": true}`.
  private mutating func addFaults(_ body: JSONValue?) throws(KeyedReader.Fault) {
    if body?["clear"]?.boolean == true {
      faults.removeAll()
      return
    }
    var added: [Fault] = []
    if let body, body.kind == .array {
      for (index, element) in body.elements.enumerated() {
        added.append(try Fault(try KeyedReader(element, path: "[\(index)]")))
      }
    } else {
      added.append(try Fault(try KeyedReader(body)))
    }
    for fault in added { faults.append(fault) }
  }

  private mutating func changeConsent(_ reader: KeyedReader) throws(KeyedReader.Fault) -> JSONLiteral {
    let party = try party(reader, allowing: ["user", "app", "operations", "joined", "expired"])
    if try reader.optionalBoolean("joined") == false {
      authorities[party] = nil
      return [:]
    }
    let expires = try reader.optionalBoolean("expired") == true
    if let operations = try reader.optionalStrings("operations") {
      let catalogue = OperationCatalogue.standard
      if let unknown = operations.first(where: { catalogue.operation(named: $0) == nil }) {
        let hint = Nearest.hint(unknown, catalogue.operations.map(\.name))
        throw KeyedReader.Fault(key: "operations", problem: "there is no operation \"\(unknown)\"\(hint)")
      }
      setAuthorities(party, operations)
    } else if !expires || authorities[party] == nil {
      join(party)
    }
    if expires {
      let past = now - 1_000
      authorities[party] = authorities[party]?.mapValues { _ in past }
    }
    return consentLiteral(party, authorities[party] ?? [:])
  }

  private func party(_ reader: KeyedReader, allowing keys: [String]) throws(KeyedReader.Fault) -> Party {
    try reader.allowOnly(keys)
    let username = try reader.string("user")
    guard let userID = userID(username: username) else {
      let hint = Nearest.hint(username, users.map(\.username))
      throw KeyedReader.Fault(key: "user", problem: "there is no user \"\(username)\"\(hint)")
    }
    let clientID = Int(try reader.integer("app", 0...Int64(Int32.max)))
    guard apps[clientID] != nil else {
      let known = apps.keys.sorted().map(String.init).joined(separator: ", ")
      throw KeyedReader.Fault(key: "app", problem: "there is no app \(clientID); known are \(known)")
    }
    return Party(userID: userID, clientID: clientID)
  }
}
