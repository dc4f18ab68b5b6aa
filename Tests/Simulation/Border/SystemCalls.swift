internal import CLinux
import Glibc

// C library functions that the core calls, under the same names: the clock, random numbers, threads, and the
// files of the directory store. Swift prefers the functions of this module.

func clock_gettime(_ clock: clockid_t, _ time: UnsafeMutablePointer<timespec>) -> Int32 {
  let milliseconds = clock == CLOCK_MONOTONIC ? world.monotonic : world.wall
  time.pointee = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
  return 0
}

@discardableResult
func nanosleep(_ time: UnsafePointer<timespec>, _ rest: UnsafeMutablePointer<timespec>?) -> Int32 {
  let milliseconds = Int64(time.pointee.tv_sec) * 1000 + Int64(time.pointee.tv_nsec + 999_999) / 1_000_000
  world.wait(for: nil, untilMonotonic: world.monotonic + max(milliseconds, 1))
  return 0
}

func getentropy(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int32 {
  for index in 0..<count {
    buffer.storeBytes(of: UInt8(truncatingIfNeeded: world.randomByte()), toByteOffset: index, as: UInt8.self)
  }
  return 0
}

func pthread_create(
  _ thread: UnsafeMutablePointer<pthread_t>,
  _ attributes: UnsafePointer<pthread_attr_t>?,
  _ body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  world.startLibraryThread { _ = body(context) } ? 0 : EAGAIN
}

func pthread_sigmask(_ how: Int32, _ new: UnsafePointer<sigset_t>?, _ old: UnsafeMutablePointer<sigset_t>?) -> Int32 {
  0
}

// MARK: - Event descriptors, which wake a thread that waits for a completion

/// An event descriptor: it is readable while its count is not 0.
final class EventDescriptor {
  fileprivate var count: UInt = 0
}

func clinux_eventfd() -> Int32 { world.makeEventDescriptor() }

func clinux_eventfd_raise(_ descriptor: Int32) {
  guard let event = world.eventDescriptors[descriptor] else { return }
  event.count += 1
  world.wake(ObjectIdentifier(event))
}

func clinux_eventfd_clear(_ descriptor: Int32) -> UInt {
  guard let event = world.eventDescriptors[descriptor] else { return 0 }
  defer { event.count = 0 }
  return event.count
}

/// Waits for one event descriptor.
@discardableResult
func poll(_ watched: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ timeout: Int32) -> Int32 {
  guard let event = world.eventDescriptors[watched.pointee.fd] else { return -1 }
  let end = timeout < 0 ? Int64.max : world.monotonic + Int64(timeout)
  while event.count == 0, world.monotonic < end, !world.isOver {
    world.wait(for: ObjectIdentifier(event), untilMonotonic: end)
  }
  world.letOthersEnd()
  return event.count > 0 ? 1 : 0
}

// MARK: - Files

/// Functions that the core calls with the module's name.
enum CLinux {
  @discardableResult static func close(_ descriptor: Int32) -> Int32 {
    if world.eventDescriptors.removeValue(forKey: descriptor) != nil { return 0 }
    return world.disk.close(descriptor)
  }
  static func read(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
    world.disk.read(descriptor, target, count)
  }
  static func write(_ descriptor: Int32, _ source: UnsafePointer<UInt8>, _ count: Int) -> Int {
    world.disk.write(descriptor, UnsafeBufferPointer(start: source, count: count))
  }
}

func clinux_open(_ path: String, _ flags: Int32) -> Int32 { world.disk.open(path, flags) }
@discardableResult func close(_ descriptor: Int32) -> Int32 { world.disk.close(descriptor) }
func ftruncate(_ descriptor: Int32, _ size: off_t) -> Int32 { world.disk.truncate(descriptor, Int(size)) }
func fsync(_ descriptor: Int32) -> Int32 { world.disk.sync(descriptor) }
func clinux_reserve(_ descriptor: Int32, _ size: off_t) -> Int32 { world.disk.reserve(descriptor) }
func flock(_ descriptor: Int32, _ operation: Int32) -> Int32 { world.disk.lock(descriptor) }
func rename(_ old: String, _ new: String) -> Int32 { world.disk.rename(old, new) }
@discardableResult func unlink(_ path: String) -> Int32 { world.disk.unlink(path) }

func fstat(_ descriptor: Int32, _ status: UnsafeMutablePointer<stat>) -> Int32 {
  guard let file = world.disk.file(descriptor) else {
    errno = EBADF
    return -1
  }
  status.pointee.st_mode = S_IFREG | 0o600
  status.pointee.st_uid = geteuid()
  status.pointee.st_size = off_t(file.bytes.count)
  status.pointee.st_ctim.tv_sec = Int(file.changedAt / 1000)
  return 0
}
