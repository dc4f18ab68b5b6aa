internal import PeerID

/// The balances of all accounts.
struct Ledger {
  private struct Key: Hashable {
    let account: String
    let asset: String
  }

  /// An amount that is locked in an object, such as an order.
  private struct Holding {
    let key: Key
    let amount: Int64
  }

  /// The fee of every operation, in the smallest unit of the fee asset.
  static let fee: Int64 = 20

  private var balances: [Key: Int64] = [:]
  private var holdings: [String: Holding] = [:]

  init(_ balances: [Fixture.Balance]) {
    for balance in balances {
      self.balances[Key(account: balance.account, asset: balance.asset)] = balance.amount
    }
  }

  func balance(of account: String, in asset: String) -> Int64 { balances[Key(account: account, asset: asset)] ?? 0 }

  /// The assets that an account has, with their amounts.
  func balances(of account: String) -> [(asset: String, amount: Int64)] {
    balances.filter { $0.key.account == account && $0.value != 0 }.map { ($0.key.asset, $0.value) }
      .sorted { $0.asset < $1.asset }
  }

  /// Deducts the fees and amounts of all operations. If a balance is too small, deducts nothing and throws the node's
  /// message.
  mutating func charge(_ operations: [ChainOperation]) throws(Chain.Refusal) {
    let before = balances
    do throws(Chain.Refusal) {
      for operation in operations { try charge(operation) }
    } catch {
      balances = before
      throw error
    }
  }

  private mutating func charge(_ operation: ChainOperation) throws(Chain.Refusal) {
    let fields = operation.document.root
    if let payer = ChainRule.all[operation.name]?.payer(of: fields) {
      try takeFee(fields["fee"], from: payer)
    }
    if let payment = Payment.all[operation.name], let (asset, amount) = Self.amount(fields.member(payment.amount)) {
      try move(amount, of: asset, payment, fields)
    }
  }

  /// Records the amount that is locked in an object that an operation has created. Returns the amount of a cancelled
  /// object to its owner.
  mutating func settle(_ operation: ChainOperation, made object: String?) {
    let fields = operation.document.root
    if let object, let payment = Payment.all[operation.name], case .held = payment.destination,
      let account = payment.source.flatMap({ fields.member($0)?.string }),
      let (asset, amount) = Self.amount(fields.member(payment.amount))
    {
      holdings[object] = Holding(key: Key(account: account, asset: asset), amount: amount)
    }
    if let field = Payment.cancellations[operation.name], let id = fields.member(field)?.string,
      let holding = holdings.removeValue(forKey: id)
    {
      balances[holding.key, default: 0] += holding.amount
    }
  }

  private mutating func takeFee(_ fee: JSONValue?, from payer: String) throws(Chain.Refusal) {
    guard let (asset, amount) = Self.amount(fee), amount > 0 else { return }
    let key = Key(account: payer, asset: asset)
    guard let balance = balances[key], balance >= amount else {
      throw Chain.Refusal(
        message: ChainMessage.assertion(
          "d.get_balance( *fee_paying_account, *fee_asset ).amount >= fee_from_account.amount: insufficient balance"
        )
      )
    }
    balances[key] = balance - amount
  }

  private mutating func move(
    _ amount: Int64,
    of asset: String,
    _ payment: Payment,
    _ fields: JSONValue
  ) throws(Chain.Refusal) {
    if let source = payment.source, let account = fields.member(source)?.string {
      let key = Key(account: account, asset: asset)
      let balance = balances[key] ?? 0
      guard balance >= amount else {
        throw Chain.Refusal(
          message: ChainMessage.assertion(
            "\(payment.condition): \(payment.message): \(balance), unable to spend \(amount) of \(asset)"
          )
        )
      }
      balances[key] = balance - amount
    }
    if case .account(let field) = payment.destination, let account = fields.member(field)?.string {
      balances[Key(account: account, asset: asset), default: 0] += amount
    }
  }

  private static func amount(_ value: JSONValue?) -> (asset: String, amount: Int64)? {
    guard let asset = value?["asset_id"]?.string, let amount = value?["amount"] else { return nil }
    return (amount.integer ?? amount.string.flatMap { Int64($0) }).map { (asset, $0) }
  }
}
