/// Parses the lines of the catalogue: one JSON object for each named type and for each operation.
///
/// The table is generated and tested as a whole, so unreadable parts are skipped here without an error.
struct CatalogueReader {
  typealias Value = JSONIndex.Value

  typealias NamedType = (name: String, type: OperationFieldType)

  private let types: [NamedType]

  init(types: [NamedType]) {
    self.types = types
  }

  func namedType(_ line: Value) -> OperationFieldType {
    if let values = texts(line, "values") { return .choice(values) }
    guard line.member("kinds") == nil else {
      let kinds = list(line, "kinds").map { kind in
        OperationRefinement.Kind(
          type: kind.member("type") == nil ? .object(fields(kind, "fields")) : type(kind),
          failure: text(kind, "fails")
        )
      }
      let pair = OperationFieldType.tuple([.integer(minimum: nil, maximum: nil), .anyObject])
      return .refined(pair, OperationRefinement(meaning: .variant(kinds)))
    }
    let object = OperationFieldType.object(fields(line, "fields"))
    let rules = rules(line)
    return rules.isEmpty ? object : .refined(object, OperationRefinement(rules: rules))
  }

  func operation(_ line: Value) -> OperationDefinition? {
    guard let name = text(line, "name"), let id = integer(line, "id").flatMap({ Int32(exactly: $0) }) else {
      return nil
    }
    let fields = fields(line, "fields")
    let proposed =
      line.member("proposed") == nil ? fields.filter { $0.name != "fee_asset" } : self.fields(line, "proposed")
    return OperationDefinition(
      name: name,
      id: id,
      fields: fields,
      proposedFields: proposed,
      rules: rules(line)
    ) {
      text(line, $0) ?? line.member($0)?.boolean.map { _ in "" }
    }
  }

  private func fields(_ line: Value, _ key: StaticString) -> [OperationField] {
    list(line, key).compactMap { field in
      guard let name = text(field, "name") else { return nil }
      let reason = text(field, "unusable")
      let presence: OperationField.Presence =
        reason != nil ? .unusable : field.member("optional") != nil ? .optional : .required
      return OperationField(name: name, presence: presence, type: type(field), reason: reason)
    }
  }

  private func type(_ value: JSONIndex.Value) -> OperationFieldType {
    let (minimum, maximum) = (integer(value, "min"), integer(value, "max"))
    let schema: OperationFieldType
    var meaning = OperationRefinement.Meaning.plain
    switch text(value, "type") ?? "" {
    case "id": schema = .objectID(space: text(value, "space") ?? "")
    case "asset": schema = .asset
    case "integer": schema = .integer(minimum: minimum, maximum: maximum)
    case "number": schema = .number(minimum: minimum, maximum: maximum)
    case "text": schema = .string(maximumLength: maximum)
    case "uri": schema = .uri
    case "base64": schema = .base64
    case "boolean": schema = .boolean
    case "object": schema = .anyObject
    case "choice": schema = .choice(texts(value, "values") ?? [])
    case "time": schema = .timestamp(text(value, "unit") == "milliseconds" ? .milliseconds : .seconds)
    case "tuple": schema = .tuple(list(value, "of").map(type))
    case "list":
      let element = value.member("of").map(type) ?? .anyObject
      schema = .array(element, minimumCount: minimum, maximumCount: maximum)
    case "key": (schema, meaning) = (.string(maximumLength: nil), .key)
    case "vote": (schema, meaning) = (.string(maximumLength: nil), .vote)
    case "hex": (schema, meaning) = (.string(maximumLength: nil), .hexadecimal(byteCount: integer(value, "bytes")))
    case "proposed_operation": (schema, meaning) = (.anyObject, .proposedOperation)
    case let name: return types.first { $0.name == name }?.type ?? .anyObject
    }
    let bits = integer(value, "bits")
    let isUnique = value.member("unique") != nil
    let unit = if case .timestamp = schema { String?.none } else { text(value, "unit") }
    if case .plain = meaning, bits == nil, unit == nil, !isUnique { return schema }
    return .refined(
      schema,
      OperationRefinement(
        meaning: meaning,
        unit: unit,
        largest: bits.map { (1 << $0) - 1 },
        isJSONNumber: value.member("plain") != nil,
        isUnique: isUnique
      )
    )
  }

  private func rules(_ line: Value) -> [OperationRule] {
    list(line, "rules").compactMap { rule in
      guard let kind = text(rule, "rule").flatMap(OperationRule.Kind.init) else { return nil }
      return OperationRule(
        kind: kind,
        operands: (texts(rule, "fields") ?? text(rule, "field").map { [$0] } ?? []).map(OperationRule.Operand.init),
        minimum: integer(rule, "min"),
        maximum: integer(rule, "max"),
        number: integer(rule, "number") ?? 0,
        values: texts(rule, "values") ?? [],
        rows: list(rule, "rows").map { (bound: $0[0]?.integer ?? 0, step: $0[1]?.integer ?? 1) },
        isStrict: rule.member("loose") == nil,
        condition: text(rule, "when").map { ($0, text(rule, "is")) },
        constant: text(rule, "default"),
        isDirect: rule.member("direct") != nil,
        isNotice: rule.member("notice") != nil,
        text: text(rule, "text") ?? ""
      )
    }
  }

  private func list(_ value: JSONIndex.Value, _ key: StaticString) -> [Value] {
    var elements: [Value] = []
    value.member(key)?.forEachElement { elements.append($0) }
    return elements
  }

  private func texts(_ value: JSONIndex.Value, _ key: StaticString) -> [String]? {
    value.member(key) == nil ? nil : list(value, key).compactMap { $0.string }
  }

  @inline(never)
  private func text(_ value: JSONIndex.Value, _ key: StaticString) -> String? { value.member(key)?.string }

  @inline(never)
  private func integer(_ value: JSONIndex.Value, _ key: StaticString) -> Int64? { value.member(key)?.integer }
}
