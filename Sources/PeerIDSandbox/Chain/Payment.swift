internal import PeerID

/// The amounts that an operation moves.
struct Payment {
  /// The destination of the amount.
  enum Destination {
    /// The account in this field.
    case account(field: String)
    /// Locked until the object that the operation creates is cancelled.
    case held
    /// The amount is destroyed.
    case nowhere
  }

  /// The field with the account that pays; `nil` when new units are issued.
  let source: String?
  /// The field with the amount.
  let amount: String
  let destination: Destination
  /// The condition that the node quotes when the balance is too small.
  let condition: String
  /// What the node's message says after the condition.
  let message: String

  /// The payments, by the operation's name.
  static let all: [String: Payment] = [
    "transfer": Payment(
      source: "from",
      amount: "amount",
      destination: .account(field: "to"),
      condition: "d.get_balance( from_account, asset_type ).amount >= op.amount.amount",
      message: "Insufficient Balance"
    ),
    "override_transfer": Payment(
      source: "from",
      amount: "amount",
      destination: .account(field: "to"),
      condition: "d.get_balance( from_account, asset_type ).amount >= op.amount.amount",
      message: ""
    ),
    "asset_issue": Payment(
      source: nil,
      amount: "asset_to_issue",
      destination: .account(field: "issue_to_account"),
      condition: "",
      message: ""
    ),
    "asset_reserve": order("payer", "amount_to_reserve", to: .nowhere),
    "limit_order_create": order("seller", "amount_to_sell"),
    "bet_place": order("bettor_id", "amount_to_bet"),
    "bid": order("bidder", "bid_price"),
    "ticket_purchase": order("buyer", "amount", to: .nowhere),
    "nft_lottery_token_purchase": order("buyer", "amount", to: .nowhere),
    "vesting_balance_create": order("creator", "amount"),
    "tournament_join": order("payer_account_id", "buy_in"),
    "withdraw_permission_claim": order(
      "withdraw_from_account",
      "amount_to_withdraw",
      to: .account(field: "withdraw_to_account")
    ),
  ]

  /// The operations that return the amount locked in an object, each with the field that names the object.
  static let cancellations = ["limit_order_cancel": "order", "bet_cancel": "bet_to_cancel", "cancel_offer": "offer_id"]

  private static func order(_ source: String, _ amount: String, to destination: Destination = .held) -> Payment {
    Payment(
      source: source,
      amount: amount,
      destination: destination,
      condition: "d.get_balance( *fee_paying_account, *_asset ).amount >= op.\(amount).amount",
      message: "insufficient balance"
    )
  }
}
