/// How Swift names become C names.
enum CNames {
  /// What every C name of the library begins with.
  static let prefix = "peerid_"

  /// `outResponse` becomes `out_response`, `httpURLBad` becomes `http_url_bad`.
  static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase && index > 0 {
        let afterLowercase = !letters[index - 1].isUppercase && letters[index - 1] != "_"
        let endsAcronym =
          letters[index - 1].isUppercase && index + 1 < letters.count && letters[index + 1].isLowercase
        if afterLowercase || endsAcronym {
          result += "_"
        }
      }
      result += letter.lowercased()
    }
    return result
  }

  /// Whether a name is `peerid_` and words of lowercase letters and digits, joined by single underscores.
  static func isPublishable(_ name: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let words = name.dropFirst(prefix.count).split(separator: "_", omittingEmptySubsequences: false)
    return words.allSatisfy { word in
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) }
    }
  }

  /// Words that cannot name a parameter, since the header is read by C and by C++.
  static let keywords: Set<String> = [
    "alignas", "alignof", "and", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class",
    "compl", "concept", "const", "constexpr", "continue", "decltype", "default", "delete", "do", "double", "else",
    "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
    "mutable", "namespace", "new", "noexcept", "not", "nullptr", "operator", "or", "private", "protected", "public",
    "register", "requires", "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch",
    "template", "this", "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using",
    "virtual", "void", "volatile", "while", "xor",
  ]
}
