import Glibc

/// The program `peerid-sandbox` as another process, from the folder where the tests were built.
final class RunningProgram {
  /// The program could not be started; the number is `errno`.
  struct CannotStart: Error {
    let errno: Int32
  }

  let process: pid_t
  private let output: Int32
  private var input: Int32

  init(_ arguments: [String]) throws {
    var outputs: [Int32] = [0, 0]
    var inputs: [Int32] = [0, 0]
    // A socket pair is created with close-on-exec. A program that another test starts could inherit a pipe, and reads
    // from the pipe would then never end.
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    socketpair(AF_UNIX, type, 0, &outputs)
    socketpair(AF_UNIX, type, 0, &inputs)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, inputs[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, outputs[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, outputs[1], STDERR_FILENO)
    var started: pid_t = 0
    let path = Self.folder + "/peerid-sandbox"
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    let failure = posix_spawn(&started, path, &actions, nil, &words, environ)
    for word in words { free(word) }
    posix_spawn_file_actions_destroy(&actions)
    close(outputs[1])
    close(inputs[0])
    output = outputs[0]
    input = inputs[1]
    process = started
    guard failure == 0 else { throw CannotStart(errno: failure) }
  }

  deinit {
    closeInput()
    close(output)
  }

  /// The next line of its output; `nil` at the end.
  func line() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1 {
      if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  func terminate() { kill(process, SIGTERM) }

  /// Waits until it exits; `nil` when a signal ended it.
  func exitStatus() -> Int32? {
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
  }

  private static var folder: String {
    var path = [CChar](repeating: 0, count: 4_096)
    let length = readlink("/proc/self/exe", &path, path.count)
    let bytes = path.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }
    let runner = String(decoding: bytes, as: UTF8.self)
    return String(runner[..<(runner.lastIndex(of: "/") ?? runner.startIndex)])
  }
}
