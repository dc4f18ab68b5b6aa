/// Compares an operation in a block with the requested operation.
///
/// The chain writes some values differently from callers: times and large integers as strings, sets in a different
/// order. What cannot be compared with certainty is `unsure`, never `different`, because a transaction that was done
/// must not be reported as not done.
enum OperationComparison {
  enum Verdict: Comparable {
    case different
    case unsure
    case same
  }

  /// Compares a transaction's operations, `[[number, {…}], …]`, with those of a request.
  static func compare(request: [RequestedOperation], chain: [JSONIndex.Value]) -> Verdict {
    guard request.count == chain.count else { return .different }
    return zip(request, chain).reduce(.same) { min($0, compare($1.0, $1.1)) }
  }

  /// Compares one operation of a block, `[number, {…}]`.
  @inline(never)
  static func compare(_ requested: RequestedOperation, _ chain: JSONIndex.Value) -> Verdict {
    guard chain[0]?.wholeNumber == Int64(requested.definition.id), let fields = chain[1] else { return .different }
    return compareMembers(requested.fields, fields, isOperation: true)
  }

  /// Members that only one side has are ignored: the server adds defaults and drops some options.
  @inline(never)
  private static func compareMembers(
    _ given: JSONIndex.Value,
    _ chain: JSONIndex.Value,
    isOperation: Bool
  ) -> Verdict {
    var verdict = Verdict.same
    given.forEachMember { key, value in
      if isOperation, isAboutFees(key) { return }
      guard let other = chain.member(key) else {
        if !isEmpty(value) { verdict = min(verdict, .unsure) }
        return
      }
      verdict = min(verdict, compare(value, other))
    }
    return verdict
  }

  @inline(never)
  private static func compare(_ given: JSONIndex.Value, _ chain: JSONIndex.Value) -> Verdict {
    switch (given.kind, chain.kind) {
    case (.object, .object): return compareMembers(given, chain, isOperation: false)
    case (.array, .array): return compareElements(given.elements, chain.elements)
    case (.object, _), (.array, _), (_, .object), (_, .array): return isEmpty(given) && isEmpty(chain) ? .same : .unsure
    default: break
    }
    if let one = given.truth, let other = chain.truth { return one == other ? .same : .different }
    if let one = given.wholeNumber {
      if let other = chain.wholeNumber { return one == other ? .same : .different }
      guard let seconds = chain.utf8.flatMap(Timestamp.fromChain) else { return .unsure }
      return one == seconds || one / 1000 == seconds ? .same : .different
    }
    guard let one = given.comparableText, let other = chain.comparableText else { return .unsure }
    if one.isSame(as: other) { return .same }
    // The caller wrote the bytes as base64; the chain writes them as hexadecimal digits.
    if let given = given.utf8, let chain = chain.utf8, let isSame = WrittenBytes.areSame(given, hexadecimal: chain) {
      return isSame ? .same : .different
    }
    // Different object ids are different objects; other strings may be different spellings of one value.
    let areIDs = given.isObjectID && chain.isObjectID
    return areIDs ? .different : .unsure
  }

  /// Compares elements in order and, if that fails, as sets, because the chain sorts sets.
  private static func compareElements(_ given: [JSONIndex.Value], _ chain: [JSONIndex.Value]) -> Verdict {
    guard given.count == chain.count else { return .unsure }
    let inOrder = zip(given, chain).reduce(.same) { min($0, compare($1.0, $1.1)) }
    if inOrder == .same { return .same }
    let asSet = given.map { one in chain.map { compare(one, $0) }.max() ?? .same }.min() ?? .same
    return max(inOrder, asSet)
  }

  private static func isAboutFees(_ key: UnsafeRawBufferPointer) -> Bool {
    key.isSame(as: "op_name") || key.isSame(as: "fee_asset") || key.isSame(as: "fee")
  }

  private static func isEmpty(_ value: JSONIndex.Value) -> Bool {
    switch value.kind {
    case .null: true
    case .array, .object: value.count == 0
    case .string: value.utf8?.isEmpty ?? true
    default: false
    }
  }
}

/// A requested operation.
struct RequestedOperation {
  let definition: OperationDefinition
  let fields: JSONIndex.Value
  /// The account that pays for it.
  let payer: String
}

extension JSONIndex.Value {
  /// Whether this is an object id such as `1.2.31`.
  fileprivate var isObjectID: Bool {
    guard let text = trimmed else { return false }
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isDigit } }
  }
}
