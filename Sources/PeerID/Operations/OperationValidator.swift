/// Checks operations as the server's schema, its serializer and the chain do, but before anything is sent. Its errors
/// name the position of the mistake and the fix.
///
/// The validator accepts everything that the server and the chain accept: integers as numeric strings, booleans as
/// `"true"` and `"false"`, and ids with surrounding blanks. The exception is a fraction in place of an integer, because
/// money must not be rounded. A broken rule that the committee can change causes only a warning, unless
/// `validate=strict` is set.
struct OperationValidator {
  /// The time at which the chain would execute the operations, in seconds since 1970.
  private let now: Int64
  private let validation: Options.Validation
  /// Warnings about broken rules that the committee can change.
  private(set) var warnings: [String] = []
  var path = OperationPath()
  /// Whether the value is inside a proposal or variant, where the server passes on the chain's own form unchanged.
  var isChainForm = false
  /// The number of proposals around the value, which is limited because a small thread has little stack.
  var proposalDepth = 0
  static let maximumProposalDepth = 3
  /// Whether only the form of values is checked, not the rules of the chain.
  var ignoresRules = false

  init(validation: Options.Validation, now: Int64) {
    self.validation = validation
    self.now = now
  }

  /// Checks the operation at this position of the batch.
  mutating func check(
    _ operation: JSONIndex.Value,
    name: String?,
    definition: OperationDefinition?
  ) throws(PeerIDError) {
    guard operation.kind == .object else { throw fault("must be an object") }
    guard let name else { throw fault("must be an operation's name, a string", at: "op_name") }
    guard let definition else {
      if validation == .allowUnknown { return }
      throw unknownName(name)
    }
    if let reason = definition.neverAcceptedBecause ?? definition.alwaysFailsBecause {
      throw fault("is '\(name)', which always fails: \(reason)")
    }
    if let reason = definition.onlyProposedBecause {
      throw fault("is '\(name)', which is allowed only inside a proposal (proposal_create): \(reason)")
    }
    try check(operation, has: definition.fields, beside: { OperationField.operationName.matches($0) })
    try check(operation, keeps: definition.rules)
    if let caution = definition.caution { warnings.append("\(path.text) is '\(name)': \(caution)") }
  }

  private func unknownName(_ name: String) -> PeerIDError {
    let catalogue = OperationCatalogue.standard
    if let known = catalogue.operation(named: name.asciiLowercased) {
      return fault("is '\(name)', but the server spells it '\(known.name)'", at: "op_name")
    }
    let hint =
      catalogue.nearestName(to: name).map { "did you mean '\($0)'?" } ?? "docs/operations.md lists the known ones"
    return fault("is '\(name)', an unknown operation; \(hint) (validate=allow_unknown sends it)", at: "op_name")
  }

  // MARK: - Objects

  mutating func check(
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
      if field.presence == .unusable { throw fault("always fails: \(field.reason ?? "")") }
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
      let name = String(utf8: key)
      var text = "is not a field here; "
      if let nearest = EditDistance.nearest(to: name, in: fields.lazy.map({ $0.name })) {
        text += "did you mean '\(nearest)'?"
      } else {
        let usable = fields.filter { $0.presence != .unusable }
        text += "the fields are " + usable.map { $0.name }.joined(separator: ", ")
      }
      if !missing.isEmpty { text += "; missing: " + missing.joined(separator: ", ") }
      throw fault(text, at: name)
    }
  }

  mutating func check(
    _ object: JSONIndex.Value,
    keeps rules: [OperationRule]
  ) throws(PeerIDError) {
    if ignoresRules { return }
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

  @inline(never)
  func fault(_ text: String, at name: String? = nil) -> PeerIDError {
    PeerIDError(.invalidArgument, path.text + (name.map { "." + $0 } ?? "") + " " + text)
  }
}
