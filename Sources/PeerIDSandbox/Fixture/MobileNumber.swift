/// Normalizes mobile numbers as the server does to compare them.
enum MobileNumber {
  /// `+` and the digits of `text`; `00` in front means `+`, and a number without country code is North American.
  static func normalized(_ text: String) -> String {
    var digits = text.filter { $0.isASCII && $0.isNumber || $0 == "+" }
    if digits.hasPrefix("00") { digits = "+" + digits.dropFirst(2) }
    if digits.hasPrefix("1") { digits = "+" + digits }
    return digits.hasPrefix("+") ? digits : "+1" + digits
  }
}
