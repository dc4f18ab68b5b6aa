internal import CCurl

/// One request and its answer.
final class Exchange {
  enum Kind {
    /// An operation, or the confirmation of one: the number of the call, and the access token.
    case operation(Int, String)
    case refresh(String)
    case logIn(Int)
    case exchange(Int)
    /// The method, and the account in the parameters.
    case chainRead(String, String)
  }

  let kind: Kind
  let process: SimulatedProcess?
  let call: CallRecord?
  /// The object that waits for the answer, unless a thread waits for this exchange only.
  let waiter: ObjectIdentifier?
  let begun = world.now
  /// Whether a byte may have been sent.
  var hasLeft = true
  /// Whether the caller still waits.
  fileprivate(set) var isOpen = true
  fileprivate(set) var answer: Server.Answer?
  fileprivate(set) var failure = TransportFailure(kind: .lost, mayHaveBeenSent: true, reason: "")
  /// Whether the server refused the access token.
  var isRefused = false

  init(_ kind: Kind, _ process: SimulatedProcess?, _ call: CallRecord?, wakes waiter: ObjectIdentifier?) {
    self.kind = kind
    self.process = process
    self.call = call
    self.waiter = waiter
  }

  /// The pair in the answer in transit.
  fileprivate var awaitedPair: Server.Pair?
  fileprivate var isAwaited: Bool { isOpen && process?.isDead == false }

  /// Whether an answer with this pair is in transit to a process that waits for it.
  func brings(_ pair: Server.Pair) -> Bool { isAwaited && awaitedPair === pair && pair.lossCause == nil }

  /// The caller stops waiting.
  func abandon() {
    isOpen = false
    if answer == nil, let awaitedPair {
      awaitedPair.lossCause = awaitedPair.lossCause ?? "no caller waited for the answer"
    }
  }

  var description: String {
    switch kind {
    case .operation(let number, let token): "operation \(number) with \(token)"
    case .refresh(let token): "refresh with \(token)"
    case .logIn(let user): "log in of user \(user)"
    case .exchange(let user): "exchange of a code of user \(user)"
    case .chainRead(let method, let account): "\(method) of \(account)"
    }
  }
}

/// The network between the processes and the server, which delays, loses and duplicates requests and answers.
final class Network {
  private unowned let world: World
  /// Requests that wait for their answers.
  private(set) var open: [Exchange] = []

  init(_ world: World) {
    self.world = world
  }

  /// Sends a request of the running thread. Its answer wakes `waiter`, or the thread that waits for it.
  func begin(_ request: HTTPRequest, wakes waiter: ObjectIdentifier? = nil) -> Exchange {
    let kind = kind(of: request)
    let call = world.current?.call ?? world.checker.call(number(of: request, kind))
    let exchange = Exchange(kind, world.process, call, wakes: waiter)
    guard !world.isOver else {
      exchange.failure = TransportFailure(kind: .unreachable, mayHaveBeenSent: false, reason: "")
      exchange.isOpen = false
      return exchange
    }
    world.point(isPrivate: !world.disk.isLocked(by: world.process))
    guard !world.isOver else {
      exchange.failure = TransportFailure(kind: .unreachable, mayHaveBeenSent: false, reason: "")
      exchange.isOpen = false
      return exchange
    }
    if world.fault(.unreachable) {
      exchange.hasLeft = false
      exchange.failure = TransportFailure(kind: .unreachable, mayHaveBeenSent: false, reason: "")
      exchange.isOpen = false
      return exchange
    }
    world.tell { "sends \(exchange.description)" }
    open.removeAll { !$0.isOpen }
    world.checker.sent(exchange)
    open.append(exchange)
    if world.fault(.lostRequest) {
      world.schedule("connection lost", after: delay(), for: exchange.process) { [unowned self] in end(exchange) }
    } else {
      world.schedule("\(exchange.description) arrives", after: delay()) { [unowned self] in arrive(exchange) }
    }
    return exchange
  }

  private func arrive(_ exchange: Exchange) {
    var answer = world.server.handle(exchange)
    if case .refresh = exchange.kind, world.fault(.doubled) {
      // A proxy has sent the request twice, and the second answer arrives.
      answer.pair?.lossCause = "the answer was lost in a proxy"
      answer = world.server.handle(exchange)
    }
    let isLost = world.fault(.lostAnswer)
    if isLost, answer.pair != nil { answer.pair?.lossCause = "the answer was lost" }
    exchange.awaitedPair = answer.pair
    if !exchange.isAwaited { exchange.abandon() }
    let slow: Int64 = world.fault(.slowAnswer) ? world.choices.pick(2) == 0 ? 3000 : 100_000 : 0
    world.tell { "server answers \(answer.status) to \(exchange.description)\(isLost ? ", which is lost" : "")" }
    world.schedule("answer to \(exchange.description)", after: delay() + slow, for: exchange.process) {
      [unowned self] in
      if exchange.isAwaited, !isLost {
        exchange.answer = answer
        answer.pair?.lossCause = nil
        world.checker.answered(exchange, answer)
      }
      end(exchange)
    }
  }

  private func end(_ exchange: Exchange) {
    exchange.isOpen = false
    open.removeAll { $0 === exchange }
    world.wake(exchange.waiter ?? ObjectIdentifier(exchange))
  }

  private func delay() -> Int64 { world.choices.variation([0, 1, 5, 20, 20, 100, 900]) }

  private func kind(of request: HTTPRequest) -> Exchange.Kind {
    let url = request.url.text
    let body = request.body?.text ?? ""
    if url.hasSuffix("/auth/refreshtoken") { return .refresh(Self.part(of: body, after: "refresh_token=", upTo: "&")) }
    if url.hasSuffix("/auth/token") { return .logIn(Int(Self.part(of: body, after: "login=user", upTo: "&")) ?? 0) }
    if url.hasSuffix("/auth/exchange") { return .exchange(Int(Self.part(of: body, after: "code=C", upTo: "n")) ?? 0) }
    if let query = url.split(separator: "?").last, url.contains("/app/blockchain-data?") {
      let method = Self.part(of: String(query), after: "method=", upTo: "&")
      return .chainRead(method, "1.2." + Self.part(of: String(query), after: "1.2.", upTo: "%"))
    }
    var header = request.headers.head
    while let line = header?.pointee.data.map({ String(cString: $0) }), !line.hasPrefix("Authorization") {
      header = header?.pointee.next
    }
    let line = header?.pointee.data.map { String(cString: $0) } ?? ""
    let confirmed = Self.part(of: url, after: "/app/transaction-token?token=T", upTo: "&")
    let number = Int(Self.part(of: body, after: #""amount":{"amount":"#, upTo: ",")) ?? Int(confirmed) ?? 0
    return .operation(number, Self.part(of: line, after: "Bearer ", upTo: "&"))
  }

  /// The number of the call that sends a request, if the event loop runs it.
  private func number(of request: HTTPRequest, _ kind: Exchange.Kind) -> Int {
    let body = request.body?.text ?? ""
    switch kind {
    case .operation(let number, _): return number
    case .logIn: return Int(Self.part(of: body, after: "password=password", upTo: "&")) ?? 0
    case .exchange(let user): return Int(Self.part(of: body, after: "code=C\(user)n", upTo: "&")) ?? 0
    case .refresh, .chainRead: return 0
    }
  }

  private static func part(of text: String, after head: String, upTo end: Character) -> String {
    let bytes = Array(text.utf8)
    let pattern = Array(head.utf8)
    guard bytes.count >= pattern.count else { return "" }
    for start in 0...(bytes.count - pattern.count) where bytes[start..<start + pattern.count].elementsEqual(pattern) {
      let rest = bytes[(start + pattern.count)...]
      return String(decoding: rest.prefix { $0 != end.asciiValue }, as: UTF8.self)
    }
    return ""
  }
}
