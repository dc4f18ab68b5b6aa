import PeerID

/// The server, the application and the user, from the command line, the environment and the profile, in this order.
struct Settings: Equatable {
  var baseURL: String
  var clientID: String
  var secret: SecretSource?
  var redirectURI: String?
  var user: String?
  var options: [Assignment]

  /// An option of the library and its value.
  struct Assignment: Equatable {
    let name: String
    let value: String
  }

  init(_ common: CommonOptions) throws(Failure) {
    if !common.json { for text in Self.mistyped(Environment.names) { Output.printError("warning: \(text)") } }
    let profile = try Self.profile(common)
    try self.init(common, environment: { Environment[$0] }, profile: profile)
  }

  /// Determines the settings from these values alone.
  init(
    _ common: CommonOptions,
    environment: (String) -> String?,
    profile: Profile?
  ) throws(Failure) {
    guard let baseURL = common.baseURL ?? environment("PEERID_BASE_URL") ?? profile?.baseURL else {
      throw Self.missing("server", "--base-url URL", "PEERID_BASE_URL", "base_url")
    }
    guard let clientID = common.clientID ?? environment("PEERID_CLIENT_ID") ?? profile?.clientID else {
      throw Self.missing("application", "--client-id ID", "PEERID_CLIENT_ID", "client_id")
    }
    // The address is part of the session's key, so a slash at its end must not matter.
    self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.clientID = clientID
    secret = environment("PEERID_CLIENT_SECRET") == nil ? profile?.secret : .variable("PEERID_CLIENT_SECRET")
    redirectURI = profile?.redirectURI
    user = common.user ?? environment("PEERID_USER") ?? profile?.user
    options = (profile?.options ?? [:]).sorted { $0.key < $1.key }.map { Assignment(name: $0.key, value: $0.value) }
    for text in common.options {
      guard let sign = text.firstIndex(of: "=") else {
        throw Failure(.usage, "--option \(text): use NAME=VALUE, such as request_timeout_ms=5000")
      }
      options.append(Assignment(name: String(text[..<sign]), value: String(text[text.index(after: sign)...])))
    }
  }

  /// The requested profile, or the default one. The default profile is not used for a server named on the command line
  /// or in the environment, which must not receive the profile's secret.
  private static func profile(_ common: CommonOptions) throws(Failure) -> Profile? {
    guard let name = common.profile ?? Environment["PEERID_PROFILE"] else {
      let names = common.baseURL != nil || Environment["PEERID_BASE_URL"] != nil
      return names ? nil : try Profile.load(Profile.defaultName)
    }
    guard let profile = try Profile.load(name) else {
      let known = Profile.names
      let hint = Nearest.hint(name, known, otherwise: ":")
      let advice = "write \(Profile.path(name)), or use one of \(known.joined(separator: ", "))"
      throw Failure(.usage, "no profile '\(name)'\(hint) \(advice)")
    }
    return profile
  }

  /// Warns about variables whose names are similar to the command's own, which would otherwise be ignored silently.
  static func mistyped(_ names: [String]) -> [String] {
    let prefix = "PEERID_"
    let known = ["BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "PROFILE", "USER"]
    let others = names.filter {
      $0.uppercased().hasPrefix(prefix) && !known.contains(String($0.dropFirst(prefix.count)))
    }
    return others.sorted().compactMap { name in
      Nearest.name(to: String(name.dropFirst(prefix.count)), among: known).map {
        "the environment variable \(name) is unknown; did you mean \(prefix)\($0)?"
      }
    }
  }

  private static func missing(_ what: String, _ option: String, _ variable: String, _ key: String) -> Failure {
    Failure(
      .usage,
      "no \(what) is set: use \(option), set \(variable), or write '\(key)' into "
        + "\(Profile.path(Profile.defaultName)); --profile sandbox is the server that `peerid sandbox` starts"
    )
  }

  /// The client configuration for these settings. The source of the secret may ask the user for a passphrase, so
  /// commands that do not need the secret do not read it.
  func configuration(withSecret: Bool) throws -> Configuration {
    let secret = withSecret ? try secret?.read() : nil
    var configuration = try Configuration(baseURL: baseURL, clientID: clientID, clientSecret: secret)
    try configuration.set("user_agent_suffix", "peerid-command/\(Version.text)")
    for option in options { try configuration.set(option.name, option.value) }
    return configuration
  }
}
