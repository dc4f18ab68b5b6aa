/// Constant-time comparison: its duration does not reveal where two secrets differ.
enum ConstantTime {
  static func areEqual(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
    guard first.count == second.count else { return false }
    var difference: UInt8 = 0
    for index in first.indices { difference |= first[index] ^ second[index] }
    return difference == 0
  }

  static func areEqual(_ first: String, _ second: String) -> Bool {
    let first = Bytes(first, wipes: true)
    let second = Bytes(second, wipes: true)
    return first.withBytes { first in second.withBytes { second in areEqual(first, second) } }
  }
}
