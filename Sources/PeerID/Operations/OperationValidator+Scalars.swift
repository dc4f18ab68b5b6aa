/// Ids, numbers, times and strings.
extension OperationValidator {
  func checkObjectID(_ value: JSONIndex.Value, _ space: String) throws(PeerIDError) {
    if isChainForm, value.kind == .integer { return }
    guard let text = isChainForm ? value.utf8 : value.trimmed else {
      throw fault("must be an object id such as \"\(space).7\", a string, not \(value.shown)")
    }
    guard let instance = TextForm.instance(text, in: space) else {
      let isName = text.first?.isLetter ?? false
      let hint = isName && space == "1.2" ? "; database.get_account_by_name finds the id of a name" : ""
      let symbolHint = isName && space == "1.3" ? "; database.lookup_asset_symbols finds the id of a symbol" : ""
      throw fault("must be an object id such as \"\(space).7\", not \(value.shown)\(hint)\(symbolHint)")
    }
    guard instance <= TextForm.maximumInstance else {
      throw fault("is \(value.shown), but the last number of an object id is at most 281474976710655 (2^48 - 1)")
    }
  }

  func checkInteger(
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
    var unit: String { refinement?.unit.map { ", \($0)" } ?? "" }
    let safe = OperationFieldType.maximumSafeInteger
    guard let number, -safe...safe ~= number else {
      throw fault("is \(value.shown), beyond the server's limit of 2^53 - 1")
    }
    let lowest = minimum ?? refinement?.largest.map { _ in 0 }
    if let lowest, number < lowest { throw fault("is \(number): must be at least \(lowest)\(unit)") }
    let highest = min(maximum ?? .max, refinement?.largest ?? .max)
    if number > highest { throw fault("is \(number): must be at most \(highest)\(unit)") }
  }

  /// Detects a time in the wrong unit. This common mistake would go unnoticed: seconds that are read as milliseconds
  /// are a time in 1970.
  func checkTime(_ value: JSONIndex.Value, _ unit: OperationFieldType.TimeUnit) throws(PeerIDError) {
    if isChainForm, let text = value.utf8, TextForm.isDate(text) { return }
    let counted = unit == .seconds || isChainForm ? "seconds" : "milliseconds"
    guard value.kind != .real, let number = isChainForm ? value.integer : value.wholeNumber else {
      throw fault("must be a time in \(counted) since 1970, an integer, not \(value.shown)")
    }
    let largest = counted == "seconds" ? Int64(UInt32.max) : Int64(UInt32.max) * 1000 + 999
    guard number >= 0 else { throw fault("is \(number): must be at least 0, in \(counted) since 1970") }
    guard number <= largest else {
      let hint =
        counted == "seconds" && number / 1000 <= largest ? "; these are milliseconds: use \(number / 1000)" : ""
      throw fault("is \(number): must be at most \(largest), in \(counted) since 1970\(hint)")
    }
  }

  func checkText(_ value: JSONIndex.Value, _ maximumLength: Int64?) throws(PeerIDError) {
    let text = try text(value)
    // The server counts UTF-16 units: two for a character that takes four bytes in UTF-8, one for any other.
    if let maximumLength,
      text.reduce(0, { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 < 0xF0 ? 1 : 2) }) > maximumLength
    {
      throw fault("must be at most \(maximumLength) characters long")
    }
  }

  func text(_ value: JSONIndex.Value) throws(PeerIDError) -> UnsafeRawBufferPointer {
    guard let text = value.utf8 else { throw fault("must be a string, not \(value.shown)") }
    if text.isEmpty, !isChainForm { throw fault("must not be empty") }
    return text
  }
}
