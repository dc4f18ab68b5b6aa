/// Values in the chain's own form: variants and proposed operations.
extension OperationValidator {
  mutating func checkVariant(
    _ value: JSONIndex.Value,
    _ kinds: [OperationRefinement.Kind]
  ) throws(PeerIDError) {
    guard value.kind == .array, value.count == 2, let number = value[0], let content = value[1] else {
      throw fault("must be an array of a number and an object")
    }
    path.enter(0)
    guard let index = isChainForm ? number.integer : number.wholeNumber, kinds.indices.contains(Int(clamping: index))
    else { throw fault("must be the number of a kind, from 0 to \(kinds.count - 1), not \(number.shown)") }
    let kind = kinds[Int(clamping: index)]
    if let failure = kind.failure { throw fault("is \(index), which always fails: \(failure)") }
    path.leave()
    path.enter(1)
    let wasChainForm = isChainForm
    isChainForm = true
    try check(content, is: kind.type)
    isChainForm = wasChainForm
    path.leave()
  }

  /// `{"op": [number, {"fee": {…}, …}]}`, with the names of the chain.
  mutating func checkProposed(_ value: JSONIndex.Value) throws(PeerIDError) {
    guard let operation = value.member("op"), operation.kind == .array, operation.count == 2,
      let number = operation[0], let content = operation[1]
    else { throw fault("must be {\"op\": [number, {…}]}, with an operation's number and fields") }
    guard proposalDepth < Self.maximumProposalDepth else {
      throw fault("is inside more than \(Self.maximumProposalDepth) proposals")
    }
    proposalDepth += 1
    path.enter("op")
    guard let id = number.integer.flatMap({ Int32(exactly: $0) }),
      let definition = OperationCatalogue.standard.operation(id: id)
    else {
      path.enter(0)
      throw fault("must be the number of an operation, not \(number.shown)")
    }
    if let reason = definition.neverAcceptedBecause ?? definition.notProposedBecause {
      throw fault("is '\(definition.name)', which a proposal cannot contain: \(reason)")
    }
    path.enter(1)
    guard content.kind == .object else { throw fault("must be an object") }
    let wasChainForm = isChainForm
    isChainForm = true
    path.enter("fee")
    guard let fee = content.member("fee") else {
      throw fault("is required: {\"amount\": 0, \"asset_id\": \"1.3.0\"}")
    }
    try check(fee, is: .asset)
    path.leave()
    // The serializer writes no extensions. (The lottery's extension is a field here.)
    if let extensions = content.member("extensions"), extensions.kind != .null, extensions.count > 0,
      !definition.proposedFields.contains(where: { $0.name == "extensions" })
    {
      throw fault("must be []", at: "extensions")
    }
    try check(content, has: definition.proposedFields) {
      $0.isSame(as: "fee") || $0.isSame(as: "extensions")
    }
    try check(content, keeps: definition.rules)
    isChainForm = wasChainForm
    proposalDepth -= 1
    path.leave()
    path.leave()
  }
}
