/// The version of this library, by semantic versioning.
public enum Version {
  /// Incremented when the C interface changes incompatibly.
  public static let major: Int32 = 1
  /// Incremented when functions, constants or options are added.
  public static let minor: Int32 = 0
  /// Incremented for bug fixes.
  public static let patch: Int32 = 0
  /// `major * 10000 + minor * 100 + patch`, for comparisons.
  public static let number: Int32 = major * 10_000 + minor * 100 + patch
  /// The version as text, such as `1.0.0`.
  public static let text = "\(major).\(minor).\(patch)"
}
