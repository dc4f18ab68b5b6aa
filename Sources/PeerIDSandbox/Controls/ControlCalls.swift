internal import PeerID

/// The controls under `/sandbox`: GET reads, POST changes.
extension SandboxState {
  /// Answers a control. What is wrong with one is told as `{"error": "key: problem"}` with status 400.
  mutating func control(_ request: HTTPRequest) -> HTTPAnswer {
    do throws(KeyedReader.Fault) {
      let document: JSONDocument?
      do throws(JSONSyntaxError) {
        document = request.body.isEmpty ? nil : try JSONDocument(parsing: request.body)
      } catch {
        throw KeyedReader.Fault(key: "(body)", problem: "is not JSON: \(error.reason)")
      }
      tokens.settle(now: Clock.monotonicMicroseconds())
      let name = String(request.route.dropFirst(HTTPRequest.controlPrefix.count + 1))
      let answer: JSONLiteral? =
        switch request.method {
        case "GET", "HEAD": read(name, request)
        case "POST": try change(name, document?.root)
        default: nil
        }
      if let answer { return .json(200, answer) }
      let problem = "no such control: \(request.method) \(request.path); known are \(Self.controls)"
      return .json(404, ["error": .string(problem)])
    } catch {
      return .json(400, ["error": .string("\(error.key): \(error.problem)")])
    }
  }

  private static let controls =
    "reset, expire, revoke, settings, faults, counts, requests, executed, tokens, codes, consents, fixture"

  private func read(_ name: String, _ request: HTTPRequest) -> JSONLiteral? {
    let query = NestedParameters.parse(request.query).root
    switch name {
    case "fixture": return fixture.literal
    case "settings": return settings.literal
    case "faults": return .array(faults.faults.map(\.literal))
    case "counts": return counts.literal
    case "requests": return .array(requests(query).map(\.literal))
    case "executed": return executedLiteral
    case "tokens": return .array(selectedPairs(TokenSelection(query)).map { tokenLiteral($0) })
    case "codes":
      return .array(codes.sorted { $0.value.id < $1.value.id }.map { codeLiteral($0.key, $0.value) })
    case "consents":
      return .array(consents.map { consentLiteral($0.key, $0.value) })
    default: return nil
    }
  }

  private mutating func change(_ name: String, _ body: JSONValue?) throws(KeyedReader.Fault) -> JSONLiteral? {
    switch name {
    case "reset":
      let next = if let body { try Fixture.read(body) } else { fixture }
      self = SandboxState(next, log: log.emptied)
      return [:]
    case "expire":
      return ["expired": .integer(Int64(expire(try TokenSelection(KeyedReader(body)))))]
    case "revoke":
      return ["revoked": .integer(Int64(try revoke(KeyedReader(body))))]
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
      if consents[party] == nil { join(party) }
      let code = issueCode(party)
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
    let party = try party(reader, allowing: ["user", "app", "operations", "joined"])
    if try reader.optionalBoolean("joined") == false {
      consents[party] = nil
      return [:]
    }
    if let operations = try reader.optionalStrings("operations") {
      consents[party] = Set(operations)
    } else {
      join(party)
    }
    return consentLiteral(party, consents[party] ?? [])
  }

  private func party(_ reader: KeyedReader, allowing keys: [String]) throws(KeyedReader.Fault) -> Party {
    try reader.allowOnly(keys)
    let username = try reader.string("user")
    guard let userID = userID(username: username) else {
      throw KeyedReader.Fault(key: "user", problem: "there is no user \"\(username)\"")
    }
    let clientID = Int(try reader.integer("app", 0...Int64(Int32.max)))
    guard apps[clientID] != nil else {
      throw KeyedReader.Fault(key: "app", problem: "there is no app \(clientID)")
    }
    return Party(userID: userID, clientID: clientID)
  }
}
