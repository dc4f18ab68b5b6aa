/// The version of this library, by semantic versioning.
public enum Version {
  /// Changes when the C interface loses or alters something.
  public static let major: Int32 = 1
  /// Changes when something is added.
  public static let minor: Int32 = 2
  /// Changes when something is mended.
  public static let patch: Int32 = 13
}
