/// The PeerID server: token pairs, which a refresh rotates, and operations, which it counts.
final class Server {
  struct Answer {
    var status: Int
    var body: String
    var retryAfter: Int64?
    /// The server's time, as in the header `Date`.
    var date: Int64 = 0
    /// The pair in the answer.
    var pair: Pair?
  }

  /// A pair of tokens.
  final class Pair {
    let number: Int
    let user: Int
    /// The exchange or first login from which it descends: a refresh replaces the pair in this row.
    let row: Int
    let expiresAt: Int64
    let madeAt: Int64
    /// The pair that it replaces.
    let predecessor: Pair?
    var isRevoked = false
    /// Whether the server has rotated this pair's predecessor twice, because it had not saved the first result, or this
    /// pair descends from such a pair: one of the pairs is invalid, and a client cannot know which.
    var isRival = false
    /// Whether the server failed before it saved the pair that replaces this one. A process that has the new pair
    /// cannot know that this one is still valid.
    var hasUnsavedSuccessor = false
    /// Why it may be lost: its answer was lost, or its receiver died before it was saved.
    var lossCause: String?

    init(number: Int, user: Int, expiresAt: Int64, madeAt: Int64, predecessor: Pair?) {
      self.madeAt = madeAt
      self.number = number
      self.user = user
      row = predecessor?.row ?? number
      self.expiresAt = expiresAt
      self.predecessor = predecessor
    }

    var access: String { "A\(number)Z" }
    var refresh: String { "R\(number)Z" }
  }

  private static let chainError =
    "Assert Exception: d.get_balance: Insufficient Balance peerplays-crypto  digest 00 transaction {}"

  private unowned let world: World
  private var lastNumber = 0
  /// The pair of each row that the server accepts.
  private(set) var current: [Int: Pair] = [:]
  /// Pairs that it has issued and saves later.
  private(set) var unsaved: [(pair: Pair, due: Int64)] = []
  /// All pairs by their access and refresh tokens.
  private var pairs: [String: Pair] = [:]
  private var transactions = 0

  init(_ world: World) {
    self.world = world
  }

  /// The pairs that the server accepts or will accept, one for each row.
  func livingPairs(_ user: Int) -> [Pair] {
    current.values.filter { $0.user == user }.map { pair in
      unsaved.filter { $0.pair.row == pair.row }.max { $0.due < $1.due }?.pair ?? pair
    }
  }

  /// The row of the pair that was stored last, or with which the last session started. Other rows are unused.
  var rowInUse: [Int: Int] = [:]

  /// The pair that is in use.
  func living(_ user: Int) -> Pair? {
    let pairs = livingPairs(user)
    return pairs.first { $0.row == rowInUse[user] } ?? pairs.max { $0.row < $1.row }
  }

  /// All pairs that it has issued.
  var allPairs: [Pair] { pairs.filter { $0.key.first == "A" }.map(\.value) }

  /// The pair that a login returns now.
  func accepted(_ user: Int) -> Pair? {
    current.values.filter { $0.user == user }.max { ($0.expiresAt, -$0.row) < ($1.expiresAt, -$1.row) }
  }

  func pair(access: String) -> Pair? { pairs[access] }

  func makePair(_ user: Int, lifetime: Int64, predecessor: Pair? = nil) -> Pair {
    lastNumber += 1
    let pair = Pair(
      number: lastNumber,
      user: user,
      expiresAt: world.serverTime + lifetime,
      madeAt: world.now,
      predecessor: predecessor
    )
    pairs[pair.access] = pair
    pairs[pair.refresh] = pair
    return pair
  }

  func accept(_ pair: Pair) { current[pair.row] = pair }

  static func json(_ pair: Pair) -> String {
    #"{"token":"\#(pair.access)","refresh_token":"\#(pair.refresh)","scope":[0],"expires_at":\#(pair.expiresAt),"#
      + #""app_id":1,"user_id":\#(pair.user)}"#
  }

  // MARK: - Requests

  func handle(_ exchange: Exchange) -> Answer {
    var answer =
      switch exchange.kind {
      case .operation(let number, let token): operate(number, token, exchange)
      case .refresh(let token): refresh(token, exchange)
      case .logIn(let user): logIn(user)
      case .exchange(let user): exchangeCode(user)
      case .chainRead(let method, let account): readChain(method, account)
      }
    world.remember("\(exchange.description) \(answer.status) \(answer.body)")
    answer.date = world.serverTime / 1000 * 1000
    return answer
  }

  private func operate(_ number: Int, _ token: String, _ exchange: Exchange) -> Answer {
    world.checker.arrived(number, exchange)
    if world.fault(.serverError) {
      let kind = world.choices.pick(5)
      if kind >= 3 { _ = execute(number, token) }
      switch kind {
      case 0: return failure(408, "Request Timeout")
      case 1: return failure(429, "Too Many Requests", retryAfter: 1000)
      case 2: return failure(503, "Service Unavailable", retryAfter: 1000)
      case 3: return failure(502, "Bad Gateway")
      default: return failure(500, "server side error")
      }
    }
    if world.fault(.chainRefusal) { return failure(500, Self.chainError) }
    guard let transaction = execute(number, token) else {
      exchange.isRefused = true
      return failure(401, "Access Token invalid or expired")
    }
    let result = #"{"id":"\#(number)","block_num":\#(transaction),"trx_num":0,"trx":{"operation_results":[]}}"#
    return Answer(status: 200, body: #"{"status":200,"result":\#(result)}"#)
  }

  /// Executes the operation, if the token is valid.
  private func execute(_ number: Int, _ token: String) -> Int? {
    guard let pair = pairs[token], current[pair.row] === pair, !pair.isRevoked, pair.expiresAt > world.serverTime
    else { return nil }
    transactions += 1
    world.checker.executed(number, pair)
    return transactions
  }

  private func refresh(_ token: String, _ exchange: Exchange) -> Answer {
    if world.fault(.chainRefusal) { return failure(500, "server side error") }
    var failsAfterwards: Answer?
    if world.fault(.serverError) {
      let kind = world.choices.pick(4)
      let failures = [
        failure(429, "Too Many Requests", retryAfter: 2000), failure(408, "Request Timeout"),
        failure(502, "Bad Gateway"), failure(504, "Gateway Timeout"),
      ]
      if kind < 2 || world.choices.pick(2) == 0 { return failures[kind] }
      failsAfterwards = failures[kind]
    }
    guard let old = pairs[token], current[old.row] === old else {
      return failure(400, #"{"refresh_token":"invalid refresh token"}"#)
    }
    let new = makePair(old.user, lifetime: world.settings.tokenLifetime, predecessor: old)
    world.tell { "server rotates the pair \(old.number) of user \(old.user) to \(new.number)" }
    for (other, _) in unsaved where other.predecessor === old {
      other.isRival = true
      new.isRival = true
    }
    if old.hasUnsavedSuccessor { new.isRival = true }
    // Of two rival pairs the server accepts the one that is saved last, even instead of the other one's successors.
    if unsaved.contains(where: { $0.pair.isRival && $0.pair.row == old.row }) { new.isRival = true }
    save(new)
    if let failsAfterwards {
      new.lossCause = "the answer was lost in a proxy"
      return failsAfterwards
    }
    return Answer(status: 200, body: #"{"status":200,"result":\#(Self.json(new))}"#, pair: new)
  }

  private func save(_ new: Pair) {
    var delay = world.settings.saveDelay > 0 ? world.choices.variation([0, 10, 25, world.settings.saveDelay]) : 0
    if world.fault(.neverSaved) {
      new.predecessor?.hasUnsavedSuccessor = true
      return
    }
    if world.fault(.lateSave) { delay = 1500 }
    guard delay > 0 else { return accept(new) }
    unsaved.append((new, world.now + delay))
    world.schedule("server saves the pair \(new.number)", after: delay) { [unowned self] in
      unsaved.removeAll { $0.pair === new }
      accept(new)
    }
  }

  private func logIn(_ user: Int) -> Answer {
    if world.fault(.serverError) { return failure(world.choices.pick(2) == 0 ? 500 : 502, "server side error") }
    let pair = accepted(user) ?? makePair(user, lifetime: world.settings.tokenLifetime)
    accept(pair)
    return Answer(status: 200, body: #"{"status":200,"result":\#(Self.json(pair))}"#, pair: pair)
  }

  /// A code can be exchanged any number of times; each time creates another pair of the user.
  private func exchangeCode(_ user: Int) -> Answer {
    if world.fault(.chainRefusal) { return failure(500, "server side error") }
    if world.fault(.serverError) { return failure(world.choices.pick(2) == 0 ? 429 : 502, "server side error") }
    let pair = makePair(user, lifetime: world.settings.tokenLifetime)
    pair.lossCause = "only the process that exchanged the code knows it"
    accept(pair)
    return Answer(status: 200, body: #"{"status":200,"result":\#(Self.json(pair))}"#, pair: pair)
  }

  private func readChain(_ method: String, _ account: String) -> Answer {
    if world.fault(.serverError) { return failure(500, "server side error") }
    let result =
      method == "get_objects"
      ? #"[{"id":"\#(account)","name":"pi-user"}]"# : #"[{"permission_name":"pidabcdefg"}]"#
    return Answer(status: 200, body: #"{"status":200,"result":\#(result)}"#)
  }

  private func failure(_ status: Int, _ error: String, retryAfter: Int64? = nil) -> Answer {
    let value = error.first == "{" ? error : "\"\(error)\""
    return Answer(status: status, body: #"{"status":\#(status),"error":\#(value)}"#, retryAfter: retryAfter)
  }

  func hash(into hasher: inout Hasher) {
    for row in current.keys.sorted() {
      hasher.combine(current[row]?.number)
      hasher.combine(current[row]?.isRevoked)
    }
    for (pair, due) in unsaved { hasher.combine([Int64(pair.number), due]) }
    hasher.combine(transactions)
  }
}
