@testable import PeerID

/// JSON: the index, the scanner and jansson accept and refuse the same texts, and find the same values in them.
enum JSONTarget {
  static func run(_ text: UnsafeRawBufferPointer) {
    let survey = JSONSurvey(text)
    let index = Result { () throws(JSONSyntaxError) in try JSONIndex(text) }
    let tree = Result { () throws(JSONSyntaxError) in try JSONDocument(parsing: text, rejectDuplicates: true) }

    var scanner = JSONScanner(text)
    let isSkipped = (try? scanner.whole { (scanner) throws(JSONScanner.Fault) in try scanner.skipValue() }) != nil
    check(isSkipped == survey.isJSON || survey.isTooDeep, "skipping and reading a value differ")

    switch index {
    case .success(let index):
      check(isSkipped && survey.isTree, "the index accepts what it must refuse")
      index.withRoot { root in
        switch tree {
        case .success(let tree): JSONComparison.compare(root, tree.root)
        case .failure(let error):
          check(JSONComparison.holdsNumberBeyondRange(root), "jansson refuses what the index accepts: \(error.reason)")
        }
        compareAnswer(text, root)
      }
    case .failure(let error):
      check(!survey.isTree || error.isDuplicateKey, "the index refuses JSON: \(error.reason)")
      check(error.line >= 1 && error.column >= 1, "an error has no position")
      if case .success = tree { fail("jansson accepts what the index refuses: \(error.reason)") }
      let isWhole = isSkipped && !survey.isTooDeep && !survey.hasNULKey
      if isWhole, (try? JSONDocument.answer(text)) == nil { fail("an answer is not read") }
    }
    if case .success(let tree) = tree { checkPrinted(tree) }
    checkWritten(text)
  }

  /// An answer is read, whatever its numbers.
  private static func compareAnswer(_ text: UnsafeRawBufferPointer, _ root: JSONIndex.Value) {
    guard let answer = try? JSONDocument.answer(text) else { fail("an answer is not read") }
    JSONComparison.compare(root, answer.root, numbersMayBeTexts: true)
  }

  /// jansson prints JSON with the same meaning.
  private static func checkPrinted(_ tree: JSONDocument) {
    let printed = tree.root.compactText()
    printed.withBytes { text in
      guard let again = try? JSONIndex(text) else { fail("jansson prints what is not JSON: \(printed.text)") }
      again.withRoot { JSONComparison.compare($0, tree.root, isPrinted: true) }
    }
  }

  /// A text that is written as JSON is read back as the same text.
  private static func checkWritten(_ text: UnsafeRawBufferPointer) {
    guard let string = String(validating: text, as: UTF8.self) else { return }
    let written = JSONLiteral.array([.string(string), .text(Bytes(text))]).compactText
    written.withBytes { json in
      guard let index = try? JSONIndex(json) else { fail("a text is written wrongly: \(written.text)") }
      index.withRoot { root in
        for position in 0...1 {
          check(root[position]?.utf8?.elementsEqual(text) == true, "a text changes when it is written")
        }
      }
    }
  }
}

/// The properties of a text, read value by value.
struct JSONSurvey {
  private(set) var isJSON = false
  /// Whether it is nested more deeply than the library reads; the rest is then unknown.
  private(set) var isTooDeep = false
  private(set) var hasNULKey = false
  private(set) var hasHalfPair = false

  /// Whether the index accepts it, apart from duplicate keys.
  var isTree: Bool { isJSON && !isTooDeep && !hasNULKey && !hasHalfPair }

  init(_ text: UnsafeRawBufferPointer) {
    var scanner = JSONScanner(text)
    do throws(JSONScanner.Fault) {
      try scanner.whole { (scanner) throws(JSONScanner.Fault) in try read(&scanner, depth: 0) }
      isJSON = true
    } catch {}
  }

  private mutating func read(_ scanner: inout JSONScanner, depth: Int) throws(JSONScanner.Fault) {
    switch scanner.next {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if depth == JSONDocument.maximumDepth {
        isTooDeep = true
        return try scanner.skipValue()
      }
      if scanner.next == UInt8(ascii: "{") {
        try scanner.members { (scanner, key) throws(JSONScanner.Fault) in
          if key.hasNUL { hasNULKey = true }
          if key.hasHalfPair { hasHalfPair = true }
          try read(&scanner, depth: depth + 1)
        }
      } else {
        try scanner.elements { (scanner, _) throws(JSONScanner.Fault) in try read(&scanner, depth: depth + 1) }
      }
    case UInt8(ascii: "\""):
      if try scanner.string().hasHalfPair { hasHalfPair = true }
    default: try scanner.skipPlainValue()
    }
  }
}
