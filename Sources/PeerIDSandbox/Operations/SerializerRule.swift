internal import PeerID

/// The requirements of peerplaysjs-lib beyond the schema, and the differences between its input and its output.
enum SerializerRule {
  /// The operations that peerplaysjs-lib serializes without `extensions`.
  static let hasNoExtensions: Set<String> = [
    "fill_order", "witness_create", "witness_update", "withdraw_permission_create", "withdraw_permission_update",
    "withdraw_permission_claim", "withdraw_permission_delete", "committee_member_create", "committee_member_update",
    "committee_member_update_global_parameters", "vesting_balance_create", "vesting_balance_withdraw",
    "worker_create", "custom", "balance_claim", "transfer_to_blind", "blind_transfer", "transfer_from_blind",
    "betting_market_group_resolved", "bet_matched", "bet_canceled", "bet_adjusted", "son_create", "son_update",
    "son_heartbeat", "son_report_down", "son_maintenance", "son_wallet_recreate", "son_wallet_update",
    "son_wallet_deposit_create", "son_wallet_deposit_process", "son_wallet_withdraw_create",
    "son_wallet_withdraw_process", "sidechain_address_add", "sidechain_address_update", "sidechain_address_delete",
    "sidechain_transaction_create", "sidechain_transaction_sign", "sidechain_transaction_send",
    "sidechain_transaction_settle", "random_number_store",
  ]

  /// The operations that peerplaysjs-lib serializes without a fee, because only the chain creates them.
  static let hasNoFee: Set<String> = ["bet_matched", "bet_canceled", "bet_adjusted"]

  /// peerplaysjs-lib's names for the types of some object fields.
  static let nestedTypes = [
    "nft_metadata_create.lottery_options": "nft_lottery_options",
    "lottery_asset_create.extensions": "lottery_asset_options",
  ]

  /// The serializer's error for the value; `nil` if there is none.
  static func problem(
    of value: JSONLiteral,
    as type: OperationFieldType,
    _ refinement: OperationRefinement
  ) -> String? {
    switch refinement.meaning {
    case .plain:
      if let largest = refinement.largest, case .integer(let number) = value, !(0...largest).contains(number) {
        let width = largest <= 0xFF ? 8 : largest <= 0xFFFF ? 16 : 32
        return "out of range \(number) uint\(width) \(number) \(number)"
      }
      return nil
    // The serializer silently ignores everything after the last hexadecimal digit.
    case .hexadecimal: return nil
    case .key, .vote, .variant, .proposedOperation:
      // Remove `operations` from the start of the path.
      return Operations.serializerProblem(of: value.compactText, as: type)
        .map { Schema.trimmed(String($0.dropFirst("operations".utf8.count))) }
    }
  }
}
