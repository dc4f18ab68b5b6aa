/// The result of a callback of a custom store.
///
/// C name: `peerid_store_result`
@nonexhaustive
public enum StoreResult: Int32, Sendable {
  /// The callback succeeded.
  case ok = 0
  /// The stored generation is not the expected one; save has changed nothing. From any other callback, this result is a
  /// failure.
  case conflict = 1
  /// The callback failed. The callback may have set a message.
  case failed = 2
}
