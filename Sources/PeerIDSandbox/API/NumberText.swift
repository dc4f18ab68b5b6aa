/// Parses a number in a string as joi does: only if formatting the number gives the same string.
enum NumberText {
  /// Whether `text`, a number without surrounding spaces, represents exactly `number`.
  static func isExact(_ text: String, _ number: Double) -> Bool {
    let lowered = text.lowercased()
    guard let mark = lowered.firstIndex(of: "e") else {
      let written = plain(number)
      return written.contains("e") || written == decimal(lowered)
    }
    let exponent = lowered[mark...]
    let mantissa = number / (Double("1\(exponent)") ?? .infinity)
    return mantissa.isFinite && scientific(plain(mantissa) + exponent) == scientific(lowered)
  }

  /// The number as JavaScript formats it: without a fraction if it is an integer.
  private static func plain(_ number: Double) -> String {
    let text = (number == 0 ? 0 : number).description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Writes a decimal number as JavaScript does: `+007.50` becomes `7.5`.
  private static func decimal(_ text: String) -> String {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "+" || $0 == "-" }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = (parts.first ?? "").drop { $0 == "0" }
    var fraction = parts.count > 1 ? parts[1] : ""
    while fraction.last == "0" { fraction.removeLast() }
    let magnitude = (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
    return isNegative && magnitude != "0" ? "-" + magnitude : magnitude
  }

  /// Simplifies a number with an exponent: `+1.50e+03` becomes `1.5e03`. Leading zeros stay if no digit from 1 to 9
  /// follows.
  private static func scientific(_ text: String) -> String {
    let parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return text }
    var mantissa = parts[0].first == "+" ? parts[0].dropFirst() : parts[0]
    if mantissa.contains(".") {
      while mantissa.last == "0" { mantissa.removeLast() }
      if mantissa.last == "." { mantissa.removeLast() }
    }
    let sign = mantissa.first == "-" ? "-" : ""
    let digits = mantissa.dropFirst(sign.utf8.count)
    let bare = digits.drop { $0 == "0" }
    let isShortened = bare.first.map { $0 >= "1" && $0 <= "9" } ?? false
    let exponent = parts[1].first == "+" ? parts[1].dropFirst() : parts[1]
    return sign + (isShortened ? bare : digits) + "e" + exponent
  }
}
