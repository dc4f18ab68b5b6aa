extension String {
  /// Whether both have the same bytes, which is how the server compares. `==` also accepts other bytes for the same
  /// characters.
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
