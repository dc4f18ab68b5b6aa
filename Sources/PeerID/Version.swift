/// The version of this library, by semantic versioning.
public enum Version {
  /// Changes when the C interface loses or alters something.
  public static let major: Int32 = 1
  /// Changes when something is added.
  public static let minor: Int32 = 0
  /// Changes with bug fixes.
  public static let patch: Int32 = 0
  /// `major * 10000 + minor * 100 + patch`, to be compared.
  public static let number: Int32 = major * 10_000 + minor * 100 + patch
  /// The version as people write it.
  public static let text = "\(major).\(minor).\(patch)"
}
