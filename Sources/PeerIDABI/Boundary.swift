internal import CLinux
internal import PeerID

// The rules for pointers and numbers that come from C. Arguments are checked here, so that no value can cause a trap.
// The caller owns what the functions return.

/// Runs the body of an exported function. Returns its error, which the caller owns.
///
/// A thread that is cancelled meanwhile (`pthread_cancel`) ends after the function. In it, the thread would leave locks
/// locked and the outcome of a request unknown.
@inline(never)
@discardableResult
func attempt(_ body: () throws(PeerIDError) -> Void) -> ErrorHandle? {
  let before = clinux_delay_cancellation()
  defer { clinux_allow_cancellation(before) }
  do throws(PeerIDError) {
    try body()
    return nil
  } catch {
    return retained(ErrorObject(error))
  }
}

/// Runs the body of an exported function that creates an object, which the caller owns.
func returning<Object: AnyObject>(
  _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ name: StaticString,
  _ make: () throws(PeerIDError) -> Object
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try required(out, name)
    out.pointee = retained(try make())
  }
}

/// Converts an object to a handle that owns one reference.
func retained(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Releases the reference of a handle; NULL is allowed.
func free<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) {
  guard let handle else { return }
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// Returns the object of a handle. The handle keeps its reference to the object. NULL is an error.
func borrow<Object: HandleObject>(
  _ handle: OpaquePointer?,
  as type: Object.Type = Object.self
) throws(PeerIDError) -> Object {
  try required(optional(handle, as: type), Object.parameter)
}

/// The object of a handle that may be NULL.
func optional<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) -> Object? {
  guard let handle else { return nil }
  return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// A pointer or a function that must not be NULL. Output pointers are checked before the function does anything.
func required<Value>(_ value: Value?, _ name: StaticString) throws(PeerIDError) -> Value {
  guard let value else { throw PeerIDError(.invalidArgument, "\(name) is NULL") }
  return value
}

/// A required string.
@inline(never)
func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> String {
  guard let text = String(validatingCString: try required(pointer, name)) else { throw isNotUTF8(name) }
  return text
}

/// A string that may be NULL.
func optionalText(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> String? {
  pointer == nil ? nil : try text(pointer, name)
}

/// A required string that is wiped when it is freed.
func secret(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> Bytes {
  let pointer = try required(pointer, name)
  let secret = Bytes(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)), wipes: true)
  guard secret.withBytes({ $0.isUTF8 }) else { throw isNotUTF8(name) }
  return secret
}

/// A string that may be NULL and is wiped when it is freed.
func optionalSecret(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> Bytes? {
  pointer == nil ? nil : try secret(pointer, name)
}

/// The longest JSON that a caller may pass, in bytes. The limit also catches a negative number that was converted to a
/// length.
let largestInput: UInt = 64 << 20

/// The caller's bytes, valid during the call.
func bytes(
  _ pointer: UnsafePointer<CChar>?,
  _ length: UInt,
  _ name: StaticString,
  mayBeNull: Bool = false
) throws(PeerIDError) -> UnsafeRawBufferPointer {
  guard length <= largestInput else {
    throw PeerIDError(.invalidArgument, "\(name) has a length of \(length) bytes; at most 64 MB are allowed")
  }
  if length > 0 || !mayBeNull { _ = try required(pointer, name) }
  return UnsafeRawBufferPointer(start: pointer, count: Int(length))
}

/// Returns a pointer to bytes that their object owns, and their length if the caller wants it.
func borrowed(_ bytes: Bytes?, length: UnsafeMutablePointer<UInt>? = nil) -> UnsafePointer<CChar>? {
  length?.pointee = UInt(bytes?.count ?? 0)
  return bytes?.cString
}

private func isNotUTF8(_ name: StaticString) -> PeerIDError {
  PeerIDError(.invalidArgument, "\(name) is not UTF-8")
}
