/// Checks operations against the catalogue: as the server's schema, its serializer and the chain would, but before
/// anything is sent, and with the place of the fault and the remedy.
///
/// It does not refuse what these three take: integers may be numeric strings, truth values `"true"` and `"false"`, and
/// ids may have blanks around them. The exception are numbers with a fraction where an integer belongs: money is not
/// rounded. Rules that the committee can change only warn, unless they are enforced.
struct OperationValidator {
  /// The time at which the chain would execute the operations, in seconds since 1970.
  private let now: Int64
  private let validation: Options.Validation
  /// The rules that hold by default and are broken.
  private(set) var warnings: [String] = []
  var path = OperationPath()
  /// Whether the value is in the chain's own form, which the server hands on as it is: inside proposals and variants.
  private var isChainForm = false
  /// How many proposals are around the value. Deeper ones would need more stack than a small thread has.
  private var proposalDepth = 0
  private static let maximumProposalDepth = 3

  init(validation: Options.Validation, now: Int64) {
    self.validation = validation
    self.now = now
  }

  /// Checks the operation at a place of the batch.
  mutating func check(
    _ operation: JSONIndex.Value,
    name: String?,
    definition: OperationDefinition?
  ) throws(PeerIDError) {
    guard operation.kind == .object else { throw fault("must be an object") }
    guard let name else { throw fault("must be the name of an operation, as text", at: "op_name") }
    guard let definition else {
      if validation == .allowUnknown { return }
      throw unknownName(name)
    }
    if let reason = definition.neverAcceptedBecause ?? definition.alwaysFailsBecause {
      throw fault("is '\(name)', which can never succeed: \(reason)")
    }
    if let reason = definition.onlyProposedBecause {
      throw fault("is '\(name)', which only a proposal (proposal_create) can hold: \(reason)")
    }
    try check(operation, has: definition.fields, beside: { OperationField.operationName.matches($0) })
    try check(operation, keeps: definition.rules)
    if let caution = definition.caution { warnings.append("\(path.text) is '\(name)': \(caution)") }
  }

  private func unknownName(_ name: String) -> PeerIDError {
    let catalogue = OperationCatalogue.standard
    if let known = catalogue.operation(named: name.lowercased()) {
      return fault("is '\(name)', but the server spells it '\(known.name)'", at: "op_name")
    }
    let hint =
      catalogue.nearestName(to: name).map { "did you mean '\($0)'?" } ?? "peerid_operation_id_at lists those known"
    return fault("is '\(name)', which is no operation; \(hint) (validate=allow_unknown lets it pass)", at: "op_name")
  }

  // MARK: - Objects

  private mutating func check(
    _ object: JSONIndex.Value,
    has fields: [OperationField],
    beside isOther: (UnsafeRawBufferPointer) -> Bool = { _ in false }
  ) throws(PeerIDError) {
    var values: [JSONIndex.Value?] = []
    values.reserveCapacity(fields.count)
    var missing: [String] = []
    for field in fields {
      let value = object.member(field.key)
      if value == nil, field.presence == .required { missing.append(field.name) }
      values.append(value)
    }
    try refuseUnknownKeys(of: object, beside: fields, isOther, missing)
    if !missing.isEmpty {
      throw missing.count == 1
        ? fault("is required", at: missing[0]) : fault("needs more fields: " + missing.joined(separator: ", "))
    }
    for (field, value) in zip(fields, values) {
      guard let value else { continue }
      path.enter(field.name)
      if field.presence == .unusable { throw fault("can never be sent with success: \(field.reason ?? "")") }
      try check(value, is: field.type)
      path.leave()
    }
  }

  private func refuseUnknownKeys(
    of object: JSONIndex.Value,
    beside fields: [OperationField],
    _ isOther: (UnsafeRawBufferPointer) -> Bool,
    _ missing: [String]
  ) throws(PeerIDError) {
    try object.forEachMember { (key, _) throws(PeerIDError) in
      if isOther(key) || fields.contains(where: { $0.key.matches(key) }) { return }
      let name = String(decoding: key, as: UTF8.self)
      var text = "is not a field here; "
      if let nearest = EditDistance.nearest(to: name, in: fields.lazy.map(\.name)) {
        text += "the nearest is '\(nearest)'"
      } else {
        text += "the fields are " + fields.map(\.name).joined(separator: ", ")
      }
      if !missing.isEmpty { text += "; missing: " + missing.joined(separator: ", ") }
      throw fault(text, at: name)
    }
  }

  private mutating func check(
    _ object: JSONIndex.Value,
    keeps rules: [OperationRule]
  ) throws(PeerIDError) {
    for rule in rules
    where !(proposalDepth > 0 && (rule.isDirect || rule.isDefault || rule.isNotice || rule.needsClock)) {
      if rule.holds(for: object, now: now) { continue }
      let place = path.text + (rule.operands.first.map { "." + $0.name } ?? "")
      let value = rule.operands.first?.value(in: object).map { " is \($0.shown)" } ?? ""
      let message = "\(place)\(value): \(rule.text)"
      if rule.isNotice {
        warnings.append(message)
        continue
      }
      guard let constant = rule.constant, validation != .strict else { throw PeerIDError(.invalidArgument, message) }
      warnings.append("\(message) (the chain's default; the committee can change \(constant))")
    }
  }

  // MARK: - Values

  private mutating func check(
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
      let text = String(decoding: try text(value), as: UTF8.self)
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

  private mutating func check(
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
      throw fault("must not have the same entry twice")
    }
    try check(value, keeps: refinement.rules)
  }

  private static let assetFields = [
    OperationField(
      name: "amount",
      presence: .required,
      type: .refined(
        .integer(minimum: nil, maximum: OperationFieldType.maximumAmount),
        OperationRefinement(unit: "counted in the smallest unit of the asset (1250000 is 12.5 at precision 5)")
      )
    ),
    OperationField(name: "asset_id", presence: .required, type: .objectID(space: "1.3")),
  ]

  private mutating func checkArray(
    _ value: JSONIndex.Value,
    of element: OperationFieldType,
    _ minimum: Int64?,
    _ maximum: Int64?
  ) throws(PeerIDError) {
    guard value.kind == .array else { throw fault("must be an array") }
    if let minimum, value.count < minimum { throw fault("must hold at least \(minimum) element") }
    if let maximum, value.count > maximum {
      throw fault(maximum == 0 ? "must be []: the server cannot write its elements" : "holds too many elements")
    }
    var index = 0
    for item in value.elements {
      path.enter(index)
      try check(item, is: element)
      path.leave()
      index += 1
    }
  }

  // MARK: - The chain's own form

  private mutating func checkVariant(
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
    if let failure = kind.failure { throw fault("is \(index), which can never succeed: \(failure)") }
    path.leave()
    path.enter(1)
    let wasChainForm = isChainForm
    isChainForm = true
    try check(content, is: kind.type)
    isChainForm = wasChainForm
    path.leave()
  }

  /// `{"op": [number, {"fee": {…}, …}]}`, with the names of the chain.
  private mutating func checkProposed(_ value: JSONIndex.Value) throws(PeerIDError) {
    guard let operation = value.member(Self.operationKey), operation.kind == .array, operation.count == 2,
      let number = operation[0], let content = operation[1]
    else { throw fault("must be {\"op\": [number, {…}]}, with the number of an operation and its fields") }
    guard proposalDepth < Self.maximumProposalDepth else {
      throw fault("lies in more than \(Self.maximumProposalDepth) proposals")
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
      throw fault("is '\(definition.name)', which a proposal cannot hold: \(reason)")
    }
    path.enter(1)
    guard content.kind == .object else { throw fault("must be an object") }
    let wasChainForm = isChainForm
    isChainForm = true
    path.enter("fee")
    guard let fee = content.member(Self.feeKey) else {
      throw fault("is required: {\"amount\": 0, \"asset_id\": \"1.3.0\"}")
    }
    try check(fee, is: .asset)
    path.leave()
    // The serializer writes no extensions but the lottery's, which is a field.
    if let extensions = content.member(Self.extensionsKey), extensions.kind != .null, extensions.count > 0,
      !definition.proposedFields.contains(where: { $0.name == "extensions" })
    {
      throw fault("must be []", at: "extensions")
    }
    try check(content, has: definition.proposedFields) {
      Self.feeKey.matches($0) || Self.extensionsKey.matches($0)
    }
    try check(content, keeps: definition.rules)
    isChainForm = wasChainForm
    proposalDepth -= 1
    path.leave()
    path.leave()
  }

  private static let operationKey = JSONKey("op")
  private static let feeKey = JSONKey("fee")
  private static let extensionsKey = JSONKey("extensions")

  // MARK: - Scalars

  private func checkObjectID(_ value: JSONIndex.Value, _ space: String) throws(PeerIDError) {
    if isChainForm, value.kind == .integer { return }
    guard let text = isChainForm ? value.utf8 : value.trimmed else {
      throw fault("must be an object id such as \"\(space).7\", as text, not \(value.shown)")
    }
    guard let instance = TextForm.instance(text, in: space) else {
      let isName = !text.isEmpty && !text.contains(UInt8(ascii: "."))
      let hint = isName && space == "1.2" ? "; database.get_account_by_name finds the id of a name" : ""
      let symbolHint = isName && space == "1.3" ? "; database.lookup_asset_symbols finds the id of a symbol" : ""
      throw fault("must be an object id such as \"\(space).7\", not \(value.shown)\(hint)\(symbolHint)")
    }
    guard instance <= TextForm.maximumInstance else {
      throw fault("is \(value.shown), but the last number of an object id is at most 281474976710655 (2^48 - 1)")
    }
  }

  private func checkInteger(
    _ value: JSONIndex.Value,
    _ minimum: Int64?,
    _ maximum: Int64?,
    _ refinement: OperationRefinement?
  ) throws(PeerIDError) {
    if value.kind == .real {
      throw fault("must be an integer, without a decimal point or exponent, not \(value.shown)")
    }
    let isPlain = refinement?.isJSONNumber == true || isChainForm && refinement?.largest != nil
    let number = isPlain ? value.integer : value.wholeNumber
    guard number != nil || value.kind == .integer else { throw fault("must be an integer, not \(value.shown)") }
    let unit = refinement?.unit
    let safe = OperationFieldType.maximumSafeInteger
    guard let number, -safe...safe ~= number else {
      throw fault("is \(value.shown), beyond what the server takes (2^53 - 1)")
    }
    let lowest = minimum ?? refinement?.largest.map { _ in 0 }
    if let lowest, number < lowest { throw fault("is \(number): \(limit("at least \(lowest)", in: unit))") }
    let highest = min(maximum ?? .max, refinement?.largest ?? .max)
    if number > highest { throw fault("is \(number): \(limit("at most \(highest)", in: unit))") }
  }

  /// The unit with a limit in it, in front of its example.
  private func limit(_ limit: String, in unit: String?) -> String {
    guard let unit else { return "it must be \(limit)" }
    let head = unit.prefix { $0 != "(" }
    let example = unit.dropFirst(head.count)
    return example.isEmpty ? "\(unit), \(limit)" : "\(head.dropLast()), \(limit) \(example)"
  }

  /// A time in the wrong unit is the commonest mistake here, and it is silent: seconds taken for milliseconds are 1970.
  private func checkTime(_ value: JSONIndex.Value, _ unit: OperationFieldType.TimeUnit) throws(PeerIDError) {
    if isChainForm, let text = value.utf8, TextForm.isDate(text) { return }
    let counted = unit == .seconds || isChainForm ? "seconds" : "milliseconds"
    guard value.kind != .real, let number = isChainForm ? value.integer : value.wholeNumber else {
      throw fault("must be a time as \(counted) since 1970, an integer, not \(value.shown)")
    }
    let largest = counted == "seconds" ? Int64(UInt32.max) : Int64(UInt32.max) * 1000 + 999
    guard number >= 0 else { throw fault("is \(number): counted in \(counted) since 1970, at least 0") }
    guard number <= largest else {
      let hint =
        counted == "seconds" && number / 1000 <= largest ? "; these are milliseconds, \(number / 1000) is meant" : ""
      throw fault("is \(number): counted in \(counted) since 1970, at most \(largest)\(hint)")
    }
  }

  private func checkText(_ value: JSONIndex.Value, _ maximumLength: Int64?) throws(PeerIDError) {
    let text = try text(value)
    // The server counts UTF-16 units, of which there are no more than bytes.
    if let maximumLength, text.count > maximumLength,
      String(decoding: text, as: UTF8.self).utf16.count > maximumLength
    {
      throw fault("must be at most \(maximumLength) characters long")
    }
  }

  private func text(_ value: JSONIndex.Value) throws(PeerIDError) -> UnsafeRawBufferPointer {
    guard let text = value.utf8 else { throw fault("must be a string, not \(value.shown)") }
    if text.isEmpty, !isChainForm { throw fault("must not be empty") }
    return text
  }

  private func fault(_ text: String, at name: String? = nil) -> PeerIDError {
    PeerIDError(.invalidArgument, path.text + (name.map { "." + $0 } ?? "") + " " + text)
  }
}
