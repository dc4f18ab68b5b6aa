import FoundationEssentials
import Glibc

/// The source of the application's secret. A profile never contains the secret itself.
enum SecretSource: Decodable, Equatable {
  /// An environment variable.
  case variable(String)
  /// The first line of a file.
  case file(String)
  /// The first line of a shell command's output.
  case command(String)
  /// The secret itself; only the built-in sandbox profile has this.
  case text(String)

  init(from decoder: any Decoder) throws {
    guard let container = try? decoder.container(keyedBy: AnyKey.self) else {
      throw ProfileFault(
        message:
          "'client_secret' must name the source of the secret: {\"env\": NAME}, {\"file\": PATH} or {\"command\": TEXT}"
      )
    }
    func value(_ key: String) throws -> String { try container.decode(String.self, forKey: AnyKey(key)) }
    let known = ["env", "file", "command"]
    let keys = container.allKeys.map(\.stringValue).sorted()
    if let key = keys.first(where: { !known.contains($0) }) {
      let fault = ProfileFault.unknownKey(key, known)
      throw ProfileFault(message: "'client_secret': \(fault.message)")
    }
    switch keys {
    case ["env"]: self = .variable(try value("env"))
    case ["file"]: self = .file(try value("file"))
    case ["command"]: self = .command(try value("command"))
    default: throw ProfileFault(message: "'client_secret' must have one key: 'env', 'file' or 'command'")
    }
  }

  /// Gets the secret.
  func read() throws(Failure) -> String {
    let (secret, place): (String?, String)
    switch self {
    case .text(let text): return text
    case .variable(let name): (secret, place) = (Environment[name], "the environment variable \(name)")
    case .file(let path): (secret, place) = (try Self.firstLine(ofFile: Directories.expand(path)), "the file '\(path)'")
    case .command(let command): (secret, place) = (try Self.firstLine(of: command), "the command '\(command)'")
    }
    guard let secret, !secret.isEmpty else {
      throw Failure(.usage, "\(place), which client_secret in the profile names, gives no secret")
    }
    return secret
  }

  private static func firstLine(ofFile path: String) throws(Failure) -> String? {
    guard let content = try TextFile.read(path) else {
      throw Failure(.usage, "the file '\(path)', which client_secret in the profile names, does not exist")
    }
    return String(decoding: content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  }

  /// The shell can use the terminal, so the command can ask for a passphrase.
  private static func firstLine(of command: String) throws(Failure) -> String? {
    guard let stream = popen(command, "re") else { throw .system("cannot run '\(command)'", errno) }
    let line = LineReader.line(from: fileno(stream))
    let status = pclose(stream)
    guard status == 0 else {
      throw Failure(.usage, "the command '\(command)', which client_secret in the profile names, failed")
    }
    return line
  }
}
