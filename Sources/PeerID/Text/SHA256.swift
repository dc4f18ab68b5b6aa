internal import CLinux

/// SHA-256 (FIPS 180-4), for the names and checksums of session files. The C library has no SHA-256.
package enum SHA256 {
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]

  /// The digest of the UTF-8 of `text`, as 64 hexadecimal digits.
  package static func hexDigest(_ text: String) -> String {
    var text = text
    return text.withUTF8 { hexDigest(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of a message, as 64 hexadecimal digits. No copy of the message stays in memory: it may be a secret.
  static func hexDigest(_ message: UnsafeRawBufferPointer) -> String {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    let whole = message.count / blockBytes * blockBytes
    for start in stride(from: 0, to: whole, by: blockBytes) {
      compress(message[start..<start + blockBytes], into: &state)
    }
    withUnsafeTemporaryAllocation(byteCount: 2 * blockBytes, alignment: 1) { end in
      let rest = message.count - whole
      end.initializeMemory(as: UInt8.self, repeating: 0)
      end.copyBytes(from: message[whole...])
      end[rest] = 0x80
      let count = rest < blockBytes - 8 ? blockBytes : 2 * blockBytes
      end.storeBytes(of: (UInt64(message.count) * 8).bigEndian, toByteOffset: count - 8, as: UInt64.self)
      for start in stride(from: 0, to: count, by: blockBytes) {
        compress(UnsafeRawBufferPointer(end)[start..<start + blockBytes], into: &state)
      }
      if let address = end.baseAddress { explicit_bzero(address, end.count) }
    }
    // The types are written down: the compiler takes nine seconds to find them.
    let digits = (0..<64).map { (place: Int) -> UInt8 in
      let shift = UInt32(28 - place % 8 * 4)
      return Hexadecimal.digit(UInt8(state[place / 8] >> shift & 0xF))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  private static let blockBytes = 64

  private static func compress(_ block: Slice<UnsafeRawBufferPointer>, into state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for (index, start) in stride(from: block.startIndex, to: block.endIndex, by: 4).enumerated() {
        let word = block.base.loadUnaligned(fromByteOffset: start, as: UInt32.self)
        schedule.initializeElement(at: index, to: UInt32(bigEndian: word))
      }
      compress(schedule, into: &state)
      if let address = schedule.baseAddress { explicit_bzero(address, 64 * MemoryLayout<UInt32>.stride) }
    }
  }

  private static func compress(_ schedule: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
    for index in 16..<64 {
      let before = schedule[index - 15]
      let recent = schedule[index - 2]
      let first = rotate(before, 7) ^ rotate(before, 18) ^ before >> 3
      let second = rotate(recent, 17) ^ rotate(recent, 19) ^ recent >> 10
      schedule.initializeElement(at: index, to: schedule[index - 16] &+ first &+ schedule[index - 7] &+ second)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let choice = e & f ^ ~e & g
      let first = h &+ sum1 &+ choice &+ roundConstants[index] &+ schedule[index]
      let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let majority = a & b ^ a & c ^ b & c
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ sum0 &+ majority)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }
}
