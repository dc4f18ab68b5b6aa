/// Finds out whether marked operations were done, by reading the chain.
struct Settler {
  private static let page: Int64 = 100

  let reader: ChainReader

  func settle(_ mark: Mark) throws(PeerIDError) -> Settlement {
    // Read the last irreversible block before the history, so that the history covers all blocks up to it.
    let irreversible = try reader.read("database", "get_dynamic_global_properties", []) {
      $0.member("last_irreversible_block_num")?.wholeNumber
    }
    let time = try reader.read("database", "get_block_header", [.integer(irreversible)]) {
      $0.member("timestamp")?.utf8.flatMap(Timestamp.fromChain)
    }
    let decision = SettlementDecision(mark, irreversibleBlock: irreversible, irreversibleTime: time)
    var candidates: [SettlementDecision.Candidate] = []
    for place in try places(mark) {
      let verdict = try verdict(of: place, mark)
      guard verdict > .different else { continue }
      candidates.append(
        SettlementDecision.Candidate(
          verdict: verdict,
          block: place.block,
          number: place.number,
          id: try transactionID(of: place)
        )
      )
    }
    return decision.settlement(candidates)
  }

  /// The position of a transaction in the chain.
  private struct Place: Equatable {
    let block: Int64
    let number: Int64
  }

  /// The transactions since the mark whose entries in the payer's history match the first operation.
  private func places(_ mark: Mark) throws(PeerIDError) -> [Place] {
    var found: [Place] = []
    var start = "1.11.0"
    while true {
      let (places, oldest, count) = try page(mark, from: start)
      for place in places where !found.contains(place) { found.append(place) }
      guard count >= Self.page, let oldest, oldest > 1 else { return found }
      start = "1.11.\(oldest - 1)"
    }
  }

  /// One page of the payer's history, the newest entries first.
  private func page(_ mark: Mark, from start: String) throws(PeerIDError) -> ([Place], oldest: Int64?, count: Int64) {
    let parameters: [JSONLiteral] = [
      .string(mark.payer), .string(mark.after), .string(String(Self.page)), .string(start),
    ]
    return try Mark.withOperations(of: mark.request) { (operations) throws(PeerIDError) in
      try reader.read("history", "get_account_history", parameters) { entries in
        guard entries.kind == .array else { return nil }
        var places: [Place] = []
        var oldest: Int64?
        for entry in entries.elements {
          guard let id = entry.member("id")?.string, let number = ObjectInstance.of(id),
            let operation = entry.member("op"), let block = entry.member("block_num")?.wholeNumber,
            let transaction = entry.member("trx_in_block")?.wholeNumber
          else { return nil }
          oldest = number
          // Skip operations that the chain itself adds, such as filling an order.
          if entry.member("virtual_op")?.wholeNumber ?? 0 != 0 { continue }
          if OperationComparison.compare(operations[0], operation) > .different {
            places.append(Place(block: block, number: transaction))
          }
        }
        return (places, oldest, Int64(entries.count))
      }
    }
  }

  /// Compares all operations of a transaction with those of the mark.
  private func verdict(of place: Place, _ mark: Mark) throws(PeerIDError) -> OperationComparison.Verdict {
    let parameters: [JSONLiteral] = [.integer(place.block), .integer(place.number)]
    return try Mark.withOperations(of: mark.request) { (operations) throws(PeerIDError) in
      try reader.read("database", "get_transaction", parameters) { transaction in
        guard let list = transaction.member("operations"), list.kind == .array else { return nil }
        let verdict = OperationComparison.compare(request: operations, chain: list.elements)
        guard let signed = mark.expiration, let expiration = transaction.member("expiration")?.utf8 else {
          return verdict
        }
        return Timestamp.fromChain(expiration) == signed ? verdict : .different
      }
    }
  }

  /// The id of a transaction, read from its block; `nil` when the node does not return it.
  private func transactionID(of place: Place) throws(PeerIDError) -> String? {
    do throws(PeerIDError) {
      return try reader.read("database", "get_block2", [.integer(place.block)]) { block in
        block.member("transaction_ids").map { $0[Int(place.number)]?.string }
      }
    } catch  where error.code == .server || error.code == .protocol {
      return nil
    }
  }
}
