import Glibc
import PeerID
import Synchronization

/// Handles signals and the end of the program.
///
/// Ending during a refresh would lose the session: the server has replaced the tokens, but the response with the new
/// ones is lost. So after the first signal the program waits for a running refresh; a second signal ends it at once.
enum Interrupts {
  private struct State {
    var client: Client?
    var handler: (@Sendable (_ signal: Int32) -> Void)?
    var terminal: (descriptor: Int32, settings: termios)?
    var isLeaving = false
  }

  private static let state = Mutex(State())
  private nonisolated(unsafe) static var writeEnd: Int32 = -1

  /// How long to wait for a refresh at the end of the program, in milliseconds.
  private static let patience: Int64 = 60_000

  /// Installs handlers for SIGINT, SIGTERM and SIGHUP. Ignored signals stay ignored, as nohup requires.
  static func start() {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    writeEnd = ends[1]
    var thread = pthread_t()
    let readEnd = UnsafeMutableRawPointer(bitPattern: Int(ends[0]))
    pthread_create(
      &thread,
      nil,
      { argument in
        Interrupts.listen(Int32(truncatingIfNeeded: Int(bitPattern: argument)))
        return nil
      },
      readEnd
    )
    pthread_detach(thread)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var old = sigaction()
      sigaction(number, nil, &old)
      if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
      var action = sigaction()
      action.sa_flags = SA_RESTART
      action.__sigaction_handler.sa_handler = { number in
        // Only async-signal-safe calls here: the signal thread does the rest.
        var byte = UInt8(truncatingIfNeeded: number)
        let code = errno
        _ = write(Interrupts.writeEnd, &byte, 1)
        errno = code
      }
      sigaction(number, &action, nil)
    }
  }

  /// The client whose refreshes the program waits for at its end.
  static func watch(_ client: Client) {
    state.withLock { $0.client = client }
  }

  /// Runs `body`. Meanwhile, signals call `handler` instead of ending the program.
  static func handling<Result>(_ handler: @escaping @Sendable (_ signal: Int32) -> Void, _ body: () -> Result) -> Result
  {
    state.withLock { $0.handler = handler }
    defer { state.withLock { $0.handler = nil } }
    return body()
  }

  /// Turns off the terminal's echo, until `restoreInput` or the end of the program.
  static func hideInput(of descriptor: Int32) {
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { return }
    state.withLock { $0.terminal = (descriptor, settings) }
    settings.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(descriptor, TCSAFLUSH, &settings)
  }

  /// Turns the echo on again.
  static func restoreInput() {
    guard
      let terminal = state.withLock({ state in
        defer { state.terminal = nil }
        return state.terminal
      })
    else { return }
    var settings = terminal.settings
    tcsetattr(terminal.descriptor, TCSADRAIN, &settings)
  }

  /// Ends the program, after a running refresh has ended and its tokens are saved.
  static func leave(_ status: Int32) -> Never {
    let isFirst = state.withLock { state in
      defer { state.isLeaving = true }
      return !state.isLeaving
    }
    if !isFirst { waitForTheEnd() }
    restoreInput()
    if let client = state.withLock({ $0.client }) {
      client.close()
      if !client.flush(timeoutMilliseconds: 300) {
        Output.printError("The session is being refreshed; waiting for the new tokens. Press Ctrl-C to end at once.")
        if !client.flush(timeoutMilliseconds: patience) {
          Output.printError("peerid: the refresh did not end within \(patience / 1000) seconds")
        }
      }
    }
    exit(status)
  }

  /// Another thread is ending the program.
  private static func waitForTheEnd() -> Never {
    while true { pause() }
  }

  private static func listen(_ descriptor: Int32) {
    while true {
      var number: UInt8 = 0
      let count = read(descriptor, &number, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return }
      let (handler, isLeaving) = state.withLock { ($0.handler, $0.isLeaving) }
      if isLeaving { _exit(128 + Int32(number)) }
      if let handler {
        handler(Int32(number))
        continue
      }
      leaveFromSignal(Int32(number))
    }
  }

  /// Ends the program on a separate thread, so that this thread can handle a second signal.
  private static func leaveFromSignal(_ number: Int32) {
    var thread = pthread_t()
    pthread_create(
      &thread,
      nil,
      { argument in Interrupts.leave(128 + Int32(truncatingIfNeeded: Int(bitPattern: argument))) },
      UnsafeMutableRawPointer(bitPattern: Int(number))
    )
    pthread_detach(thread)
  }
}
