import FoundationEssentials

/// Formats the catalogue's description of an operation for users.
struct OperationDescription: Decodable {
  /// A field, or a value inside one.
  struct Field: Decodable {
    var name: String?
    let type: String
    var space: String?
    var optional: Bool?
    var unusable: String?
    var unit: String?
    var min: Int64?
    var max: Int64?
    var values: [String]?
    var of: Parts?
  }

  /// The type of a list's elements, or the types of a tuple's.
  indirect enum Parts: Decodable {
    case one(Field)
    case many([Field])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let fields = try? container.decode([Field].self) {
        self = .many(fields)
      } else {
        self = .one(try container.decode(Field.self))
      }
    }
  }

  struct Rule: Decodable {
    let text: String
    var field: String?
    /// The chain parameter with which the committee can change the rule.
    var `default`: String?
  }

  /// A type that fields use.
  struct Named: Decodable {
    struct Kind: Decodable {
      let name: String
      var fields: [Field]?
      var fails: String?
    }

    var about: String?
    var fields: [Field]?
    var kinds: [Kind]?
    var rules: [Rule]?
  }

  let name: String
  let id: Int32
  let payer: String
  var fields: [Field]?
  var rules: [Rule]?
  var types: [String: Named]?
  var fails: String?
  var never: String?
  var proposal_only: String?
  var caution: String?
  var note: String?

  /// Reads the library's description.
  init(_ json: String) throws {
    self = try JSONDecoder().decode(OperationDescription.self, from: Data(json.utf8))
  }

  /// The lines for a terminal.
  func lines(for terminal: Terminal) -> [String] {
    var lines = [paragraph("\(terminal.paint(name, .bold)): operation \(id), paid by \(payer)", terminal)]
    for (text, head) in [
      (fails, "Always fails"), (never, "The chain never accepts it"),
      (proposal_only, "Only inside a proposal"), (caution, "Beware"), (note, nil),
    ] {
      guard let text else { continue }
      lines.append(paragraph((head.map { "\($0): " } ?? "") + text, terminal))
    }
    lines += ["", terminal.paint("Fields", .bold)]
    lines += table(fields ?? [], terminal)
    if let rules, !rules.isEmpty {
      lines += ["", terminal.paint("Rules", .bold)]
      lines += rules.map { "  - " + terminal.wrap(words(Self.words(of: $0)), indent: 4) }
    }
    for (name, type) in (types ?? [:]).sorted(by: { $0.key < $1.key }) {
      lines += ["", "\(terminal.paint(name, .bold)): \(type.about ?? "")"]
      lines += table(type.fields ?? [], terminal)
      for (number, kind) in (type.kinds ?? []).enumerated() {
        lines.append("  kind \(number), \(kind.name)" + (kind.fails.map { ": \($0)" } ?? ""))
        lines += table(kind.fields ?? [], terminal).map { "  \($0)" }
      }
    }
    return lines
  }

  private func table(_ fields: [Field], _ terminal: Terminal) -> [String] {
    let width = (fields.compactMap { $0.name?.count }.max() ?? 0) + 4
    return fields.map { field in
      "  " + (field.name ?? "").padded(to: width - 2) + terminal.wrap(words(Self.words(of: field)), indent: width)
    }
  }

  private func paragraph(_ text: String, _ terminal: Terminal) -> String { terminal.wrap(words(text), indent: 0) }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  private static func words(of rule: Rule) -> String {
    (rule.field.map { "\($0): " } ?? "") + rule.text + (rule.default == nil ? "" : " (the committee can change this)")
  }

  /// The description of a field.
  static func words(of field: Field) -> String {
    if let unusable = field.unusable { return "always fails: \(unusable)" }
    var text = type(of: field)
    if let unit = field.unit { text += field.type == "time" ? ", in \(unit) since 1970" : ", \(unit)" }
    let size =
      ["text", "uri", "hex", "base64"].contains(field.type) ? " characters" : field.type == "list" ? " elements" : ""
    switch (field.min, field.max) {
    case (let min?, let max?): text += ", \(min) to \(max)\(size)"
    case (let min?, nil): text += ", at least \(min)\(size)"
    case (nil, let max?): text += ", at most \(max)\(size)"
    case (nil, nil): break
    }
    return text + (field.optional == true ? " (optional)" : "")
  }

  private static func type(of field: Field) -> String {
    switch field.type {
    case "id": return "an id, \(field.space ?? "1.x").N"
    case "asset": return #"{"amount": integer, "asset_id": "1.3.N"}"#
    case "boolean": return "true or false"
    case "choice": return "one of " + (field.values ?? []).joined(separator: ", ")
    case "hex": return "hexadecimal digits"
    case "integer": return "an integer"
    case "key": return "a public key"
    case "text": return "text"
    case "time": return "a time"
    case "uri": return "a URI"
    case "list":
      guard case .one(let element) = field.of else { return "a list" }
      return "a list; each element is \(words(of: element))"
    case "tuple":
      guard case .many(let elements) = field.of else { return "an array" }
      return "[" + elements.map { words(of: $0) }.joined(separator: ", ") + "]"
    default: return field.type
    }
  }
}
