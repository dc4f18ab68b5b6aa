/// What a callback of a custom store answers.
///
/// C name: `peerid_store_result`
@nonexhaustive
public enum StoreResult: Int32, Sendable {
  /// It is done.
  case ok = 0
  /// Saving found another generation than the expected one, and changed nothing.
  case conflict = 1
  /// It failed; a message may have been set.
  case failed = 2
}
