internal import PeerID

/// Reads the fields of a body. Each field is checked separately, so one answer can reject several; each message calls
/// its field "value".
struct FieldReader {
  private let body: JSONValue?
  private var faults: [(String, JSONLiteral)] = []

  init(_ body: JSONValue?) {
    self.body = body
  }

  mutating func string(_ key: String) -> String {
    read(key) { value throws(SchemaFault) in try Schema.string(value) } ?? ""
  }

  mutating func optionalString(_ key: String) -> String? {
    guard body?.member(key) != nil else { return nil }
    return string(key)
  }

  mutating func integer(_ key: String) -> Int64 {
    read(key) { value throws(SchemaFault) in try Schema.integer(value) } ?? 0
  }

  /// The field, converted by `convert`. If that fails, records the error and returns `nil`.
  mutating func read<Value>(_ key: String, _ convert: (JSONValue) throws(SchemaFault) -> Value) -> Value? {
    guard let value = body?.member(key) else {
      refuse(key, SchemaFault.required.message())
      return nil
    }
    do throws(SchemaFault) {
      return try convert(value)
    } catch {
      refuse(key, error.message())
      return nil
    }
  }

  /// Records an error in a field; only the first error of each field is kept.
  mutating func refuse(_ key: String, _ message: String) {
    if !faults.contains(where: { $0.0 == key }) { faults.append((key, .string(message))) }
  }

  /// Ends the call when a field has been refused.
  func finish() throws(Refusal) {
    if !faults.isEmpty { throw Refusal(400, .object(faults)) }
  }
}
