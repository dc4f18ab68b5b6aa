/// Normalizes mobile numbers for comparisons, as the server does.
enum MobileNumber {
  /// `+` and the digits of `text`; a leading `00` means `+`, and a number without a country code is North American.
  static func normalized(_ text: String) -> String {
    var digits = text.filter { $0.isASCII && $0.isNumber || $0 == "+" }
    if digits.hasPrefix("00") { digits = "+" + digits.dropFirst(2) }
    if digits.hasPrefix("1") { digits = "+" + digits }
    return digits.hasPrefix("+") ? digits : "+1" + digits
  }
}
