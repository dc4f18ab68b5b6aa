@testable import PeerID

/// Compares the values that two readers found.
enum JSONComparison {
  /// Compares a value and everything inside it. With `numbersMayBeTexts`, a number that jansson cannot represent is the
  /// text of its digits. With `isPrinted`, `mine` has the fifteen digits of a number that jansson has printed.
  static func compare(
    _ mine: JSONIndex.Value,
    _ theirs: JSONValue,
    numbersMayBeTexts: Bool = false,
    isPrinted: Bool = false
  ) {
    if numbersMayBeTexts, let digits = mine.digits, let text = theirs.string {
      return check(text == digits, "a number became another text: \(digits), \(text)")
    }
    check(mine.kind == theirs.kind, "\(mine.kind) and \(theirs.kind)")
    check(mine.count == theirs.count, "\(mine.count) and \(theirs.count) members")
    switch mine.kind {
    case .object:
      var members: [(key: UnsafeRawBufferPointer, value: JSONIndex.Value)] = []
      mine.forEachMember { members.append(($0, $1)) }
      var position = 0
      theirs.forEachMember { key, value in
        let member = members[position]
        check(key.elementsEqual(member.key), "a key differs")
        let name = String(decoding: key, as: UTF8.self)
        check(mine.member(JSONKey(name))?.digits == member.value.digits, "a member is not found by its key")
        check(mine.member(JSONKey(name))?.kind == value.kind || numbersMayBeTexts, "another member has the key")
        compare(member.value, value, numbersMayBeTexts: numbersMayBeTexts, isPrinted: isPrinted)
        position += 1
      }
    case .array:
      for (element, position) in zip(mine.elements, 0...) {
        guard let other = theirs[position], let same = mine[position] else { fail("an element is missing") }
        check(same.kind == element.kind && same.digits == element.digits, "an element is not found by its place")
        compare(element, other, numbersMayBeTexts: numbersMayBeTexts, isPrinted: isPrinted)
      }
    case .string:
      guard let text = mine.utf8, let other = theirs.utf8 else { fail("a string without text") }
      check(text.elementsEqual(other), "a text differs")
    case .integer: check(mine.integer == theirs.integer, "an integer differs: \(mine.digits ?? "")")
    case .real:
      let (one, other) = (mine.digits.flatMap(Double.init) ?? .nan, theirs.number ?? .nan)
      // The largest numbers are beyond the range when they are rounded.
      let isRounded = isPrinted && (abs(one - other) <= abs(other) * 1e-14 || one.isInfinite && abs(other) > 1.79e308)
      check(one == other || isRounded, "a number differs: \(mine.digits ?? "")")
    case .boolean: check(mine.boolean == theirs.boolean, "a truth value differs")
    case .null: break
    }
  }

  /// Compares the values of two texts, digit by digit.
  static func compare(_ one: JSONIndex.Value, _ other: JSONIndex.Value) {
    check(one.kind == other.kind && one.count == other.count, "\(one.kind) and \(other.kind)")
    check(one.digits == other.digits, "digits change: \(one.digits ?? ""), \(other.digits ?? "")")
    check(one.boolean == other.boolean, "a truth value changes")
    if let text = one.utf8 { check(other.utf8?.elementsEqual(text) == true, "a text changes") }
    for (element, same) in zip(one.elements, other.elements) { compare(element, same) }
    var members: [(key: UnsafeRawBufferPointer, value: JSONIndex.Value)] = []
    one.forEachMember { members.append(($0, $1)) }
    var position = 0
    other.forEachMember { key, value in
      check(key.elementsEqual(members[position].key), "a key changes")
      compare(members[position].value, value)
      position += 1
    }
  }

  /// Whether there is a number that jansson cannot represent.
  static func holdsNumberBeyondRange(_ value: JSONIndex.Value) -> Bool {
    switch value.kind {
    case .integer: return value.integer == nil
    case .real: return value.digits.flatMap(Double.init)?.isFinite != true
    case .array: return value.elements.contains(where: holdsNumberBeyondRange)
    case .object:
      var isHeld = false
      value.forEachMember { isHeld = isHeld || holdsNumberBeyondRange($1) }
      return isHeld
    default: return false
    }
  }
}
