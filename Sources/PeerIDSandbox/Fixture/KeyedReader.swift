internal import PeerID

/// Reads a JSON object by its keys; errors name the path of the key.
struct KeyedReader {
  /// An invalid key: its path, the problem, and the valid values.
  struct Fault: Error {
    let key: String
    let problem: String
  }

  let value: JSONValue?
  let path: String

  /// Reads `value`, which must be an object; `nil` counts as an empty one.
  init(_ value: JSONValue?, path: String = "") throws(Fault) {
    if let value, value.kind != .object {
      throw Fault(key: path.isEmpty ? "(root)" : path, problem: "must be an object")
    }
    self.value = value
    self.path = path
  }

  private func fault(_ key: String, _ problem: String) -> Fault { Fault(key: full(key), problem: problem) }

  private func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func present(_ key: String) -> JSONValue? {
    guard let member = value?.member(key), !member.isNull else { return nil }
    return member
  }

  /// Whether the key is present, even with the value `null`.
  func has(_ key: String) -> Bool { value?.member(key) != nil }

  /// Refuses all other keys, because a misspelled key would otherwise have no effect.
  func allowOnly(_ keys: [String]) throws(Fault) {
    for (key, _) in value?.members ?? [] where !keys.contains(key) {
      let known = keys.isEmpty ? "none are allowed here" : "known are \(keys.joined(separator: ", "))"
      throw fault(key, "is not a known key\(Nearest.hint(key, keys)); \(known)")
    }
  }

  func optionalString(_ key: String) throws(Fault) -> String? {
    guard let member = present(key) else { return nil }
    guard let text = member.string else { throw fault(key, "must be a string") }
    return text
  }

  func string(_ key: String) throws(Fault) -> String {
    guard let text = try optionalString(key), !text.isEmpty else { throw fault(key, "is missing; it must be a string") }
    return text
  }

  func optionalInteger(_ key: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64? {
    guard let member = present(key) else { return nil }
    guard let number = member.integer, range.contains(number) else {
      throw fault(key, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func integer(_ key: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
    guard let number = try optionalInteger(key, range) else { throw fault(key, "is missing; it must be an integer") }
    return number
  }

  func optionalBoolean(_ key: String) throws(Fault) -> Bool? {
    guard let member = present(key) else { return nil }
    guard let truth = member.boolean else { throw fault(key, "must be true or false") }
    return truth
  }

  func optionalStrings(_ key: String) throws(Fault) -> [String]? {
    guard let member = present(key) else { return nil }
    let texts = member.elements.compactMap(\.string)
    guard member.kind == .array, texts.count == member.count else { throw fault(key, "must be an array of strings") }
    return texts
  }

  func optionalChoice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws(Fault) -> Choice?
  where Choice.RawValue == String {
    guard let text = try optionalString(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue)
      throw fault(key, "must be one of \(known.joined(separator: ", "))\(Nearest.hint(text, known))")
    }
    return choice
  }

  /// The objects of an array; empty if the key is missing.
  func objects(_ key: String) throws(Fault) -> [KeyedReader] {
    guard let member = present(key) else { return [] }
    guard member.kind == .array else { throw fault(key, "must be an array") }
    var readers: [KeyedReader] = []
    for (index, element) in member.elements.enumerated() {
      readers.append(try KeyedReader(element, path: "\(full(key))[\(index)]"))
    }
    return readers
  }

  func object(_ key: String) throws(Fault) -> KeyedReader {
    try KeyedReader(present(key), path: full(key))
  }
}
