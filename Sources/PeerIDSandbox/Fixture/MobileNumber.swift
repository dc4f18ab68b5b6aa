/// Mobile numbers in the one form in which the server compares them.
enum MobileNumber {
  /// `+` and the digits of `text`. Without a `+` the number is taken for a North American one.
  static func normalized(_ text: String) -> String {
    let digits = text.filter { $0.isASCII && $0.isNumber }
    if text.drop(while: \.isWhitespace).first == "+" { return "+" + digits }
    return digits.count == 11 && digits.first == "1" ? "+" + digits : "+1" + digits
  }
}
