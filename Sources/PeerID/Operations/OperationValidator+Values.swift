/// Checks values by their type in the schema and by the requirements of the serializer.
extension OperationValidator {
  mutating func check(
    _ value: JSONIndex.Value,
    is type: OperationFieldType
  ) throws(PeerIDError) {
    switch type {
    case .objectID(let space): try checkObjectID(value, space)
    case .asset:
      guard value.kind == .object else { throw fault("must be an object with amount and asset_id") }
      try check(value, has: Self.assetFields)
    case .integer(let minimum, let maximum): try checkInteger(value, minimum, maximum, nil)
    case .number(let minimum, let maximum): try checkInteger(value, minimum, maximum, nil)
    case .timestamp(let unit): try checkTime(value, unit)
    case .boolean:
      let truth = isChainForm ? value.boolean : value.truth
      guard truth != nil else { throw fault("must be true or false, not \(value.shown)") }
    case .string(let maximumLength): try checkText(value, maximumLength)
    case .uri:
      let text = try text(value)
      guard isChainForm || TextForm.isURI(text) else {
        throw fault("must be a URI with a scheme, such as https://example.com, not \(value.shown)")
      }
    case .base64:
      let text = try text(value)
      guard isChainForm ? TextForm.isHexadecimal(text) : TextForm.isBase64(text) else {
        throw fault(isChainForm ? "must be hexadecimal digits" : "must be base64 with padding")
      }
    case .choice(let choices):
      let text = String(utf8: try text(value))
      if !choices.contains(text) {
        throw fault("must be one of " + choices.joined(separator: ", ") + ", not '\(text)'")
      }
    case .anyObject:
      guard value.kind == .object else { throw fault("must be an object") }
    case .object(let fields):
      guard value.kind == .object else { throw fault("must be an object") }
      try check(value, has: fields)
    case .array(let element, let minimum, let maximum):
      try checkArray(value, of: element, minimum, maximum)
    case .tuple(let types):
      guard value.kind == .array, value.count == types.count else {
        throw fault("must be an array of exactly \(types.count) elements")
      }
      for (index, type) in types.enumerated() {
        guard let element = value[index] else { continue }
        path.enter(index)
        try check(element, is: type)
        path.leave()
      }
    case .refined(let schema, let refinement): try check(value, is: schema, refinement)
    }
  }

  mutating func check(
    _ value: JSONIndex.Value,
    is schema: OperationFieldType,
    _ refinement: OperationRefinement
  ) throws(PeerIDError) {
    switch refinement.meaning {
    case .variant(let kinds): return try checkVariant(value, kinds)
    case .proposedOperation: return try checkProposed(value)
    case .plain:
      switch schema {
      case .integer(let minimum, let maximum), .number(let minimum, let maximum):
        return try checkInteger(value, minimum, maximum, refinement)
      default: try check(value, is: schema)
      }
    case .key:
      guard TextForm.isPublicKey(try text(value)) else {
        throw fault("must be a public key: the chain's prefix, such as PPY, and 50 characters of base58")
      }
    case .vote:
      guard TextForm.isVote(try text(value)) else { throw fault("must be a vote such as 1:22") }
    case .hexadecimal(let byteCount):
      let text = try text(value)
      guard TextForm.isHexadecimal(text), byteCount.map({ Int64(text.count) == 2 * $0 }) ?? true else {
        throw fault("must be hexadecimal digits" + (byteCount.map { ", \(2 * $0) of them" } ?? ""))
      }
    }
    if refinement.isUnique, Set(value.comparableTexts).count < value.count {
      throw fault("must not contain duplicates")
    }
    try check(value, keeps: refinement.rules)
  }

  static let assetFields = [
    OperationField(
      name: "amount",
      presence: .required,
      type: .refined(
        .integer(minimum: nil, maximum: OperationFieldType.maximumAmount),
        OperationRefinement(unit: "in the smallest unit of the asset (1250000 is 12.5 at precision 5)")
      )
    ),
    OperationField(name: "asset_id", presence: .required, type: .objectID(space: "1.3")),
  ]

  mutating func checkArray(
    _ value: JSONIndex.Value,
    of element: OperationFieldType,
    _ minimum: Int64?,
    _ maximum: Int64?
  ) throws(PeerIDError) {
    guard value.kind == .array else { throw fault("must be an array") }
    if let minimum, value.count < minimum { throw fault("must have \(minimum) or more elements") }
    if let maximum, value.count > maximum {
      throw fault(
        maximum == 0 ? "must be []: the server cannot serialize elements" : "must have at most \(maximum) elements"
      )
    }
    for (index, item) in value.elements.enumerated() {
      path.enter(index)
      try check(item, is: element)
      path.leave()
    }
  }
}
