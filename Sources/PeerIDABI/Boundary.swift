internal import PeerID

// The border to C. What comes in is checked here, once, and nothing that comes in can trap; what goes out is owned by
// the caller. The functions in the other files hold no rules about pointers of their own.

/// Runs the body of an exported function and turns what it throws into an error that the caller owns.
func attempt(_ body: () throws(PeerIDError) -> Void) -> ErrorHandle? {
  do throws(PeerIDError) {
    try body()
    return nil
  } catch {
    return give(ErrorObject(error))
  }
}

/// Hands an object to the caller, who now owns one reference.
func give(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Takes back the reference that the caller owned. NULL is nothing.
func free<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) {
  guard let handle else { return }
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// The object behind a handle that the caller goes on owning; NULL is refused.
func borrow<Object: AnyObject>(
  _ handle: OpaquePointer?,
  as type: Object.Type,
  _ name: StaticString
) throws(PeerIDError) -> Object {
  guard let handle else { throw isNull(name) }
  return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// The object behind a handle for an accessor, which answers NULL with its own "nothing".
func peek<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) -> Object? {
  guard let handle else { return nil }
  return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// The place for an output, checked before anything is done.
func output<Value>(
  _ pointer: UnsafeMutablePointer<Value>?,
  _ name: StaticString
) throws(PeerIDError) -> UnsafeMutablePointer<Value> {
  guard let pointer else { throw isNull(name) }
  return pointer
}

/// A text that must be there.
func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> String {
  guard let pointer else { throw isNull(name) }
  guard let text = String(validatingCString: pointer) else {
    throw PeerIDError(.invalidArgument, "\(name) is not UTF-8")
  }
  return text
}

/// A text that may be NULL.
func optionalText(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> String? {
  pointer == nil ? nil : try text(pointer, name)
}

/// A text that must be there and is wiped on release.
func secret(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> Bytes {
  Bytes(try text(pointer, name), wipes: true)
}

/// A text that may be NULL and is wiped on release.
func optionalSecret(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(PeerIDError) -> Bytes? {
  pointer == nil ? nil : try secret(pointer, name)
}

/// Bytes that the caller lends for the time of the call.
func bytes(
  _ pointer: UnsafePointer<CChar>?,
  _ length: UInt,
  _ name: StaticString
) throws(PeerIDError) -> UnsafeRawBufferPointer {
  guard let count = Int(exactly: length) else {
    throw PeerIDError(.invalidArgument, "\(name) has a length of \(length), which cannot be")
  }
  guard pointer != nil || count == 0 else { throw isNull(name) }
  return UnsafeRawBufferPointer(start: pointer, count: count)
}

/// Lends bytes to the caller, and their length to whoever asks for it.
func lend(_ bytes: Bytes?, length: UnsafeMutablePointer<UInt>? = nil) -> UnsafePointer<CChar>? {
  length?.pointee = UInt(bytes?.count ?? 0)
  return bytes?.cString
}

private func isNull(_ name: StaticString) -> PeerIDError {
  PeerIDError(.invalidArgument, "\(name) is NULL")
}
