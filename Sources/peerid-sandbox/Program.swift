import Glibc
import PeerIDSandbox

/// The program: starts a sandbox, prints its URL, and waits for a signal.
struct Program {
  private let arguments: [String]

  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs until a signal or the end of the input. Returns the exit status, which is 2 if the start failed.
  func run() -> Int32 {
    do {
      let options = try Options(arguments.dropFirst())
      if options.wantsHelp {
        print(Options.usage)
        return 0
      }
      if options.wantsVersion {
        print("peerid-sandbox \(Sandbox.version)")
        return 0
      }
      var fixture = if let file = options.fixtureFile { try Fixture(contentsOfFile: file) } else { Fixture.demo }
      if !options.requiresSessionCookie { fixture.settings.requiresSessionCookie = false }
      if !options.appliesChainRules { fixture.settings.appliesChainRules = false }
      if options.printsFixture {
        print(fixture.json)
        return 0
      }
      return try serve(fixture, options)
    } catch let fault as Options.Fault {
      return fail(fault.message)
    } catch {
      return fail("\(error)")
    }
  }

  private func serve(_ fixture: Fixture, _ options: Options) throws(SandboxError) -> Int32 {
    raiseFileLimit()
    // The server's threads inherit this mask, so that only `sigwait` below receives the signals.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_BLOCK, &signals, nil)

    let sandbox = try Sandbox(
      fixture: fixture,
      port: options.port,
      pagePort: options.pagePort,
      host: options.host,
      idleSeconds: options.idleSeconds
    )
    if options.isExposed {
      printError("warning: everyone who can reach \(options.host) can read all secrets and change everything")
    }
    if options.printsJSON {
      print(sandbox.summary)
    } else if options.isQuiet {
      print(sandbox.url)
    } else {
      print(Greeting.text(sandbox, fixture: fixture))
    }
    fflush(nil)
    if options.exitsWithInput { watchInput() }
    var signal: Int32 = 0
    sigwait(&signals, &signal)
    sandbox.stop()
    return 0
  }

  /// Raises the limit of open files. Each connection uses a descriptor, and the usual soft limit of 1,024 can be too
  /// low.
  private func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private func watchInput() {
    var thread = pthread_t()
    pthread_create(
      &thread,
      nil,
      { _ in
        var byte: UInt8 = 0
        while true {
          let count = read(STDIN_FILENO, &byte, 1)
          if count == 0 || count < 0 && errno != EINTR { break }
        }
        kill(getpid(), SIGTERM)
        return nil
      },
      nil
    )
    pthread_detach(thread)
  }

  private func fail(_ message: String) -> Int32 {
    printError(message)
    return 2
  }

  private func printError(_ message: String) {
    let line = Array("peerid-sandbox: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
