import ArgumentParser

/// The options of every command: the server, the application, the user, and the output format.
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The profile, a file that names the server and the application.",
      discussion: "Also PEERID_PROFILE. 'sandbox' is the server that `peerid sandbox` starts.",
      valueName: "name"
    ),
    completion: .custom { _, _, _ in Profile.names }
  )
  var profile: String?

  @Option(
    name: .customLong("base-url"),
    help: ArgumentHelp("The server, such as https://host. Also PEERID_BASE_URL.", valueName: "url")
  )
  var baseURL: String?

  @Option(
    name: .customLong("client-id"),
    help: ArgumentHelp(
      "The application's id. Also PEERID_CLIENT_ID; its secret is PEERID_CLIENT_SECRET.",
      valueName: "id"
    )
  )
  var clientID: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The user whose session to use, if several are logged in. Also PEERID_USER.",
      valueName: "user"
    ),
    completion: .custom { _, _, _ in SessionKey.allUsers }
  )
  var user: String?

  @Option(
    name: .customLong("option"),
    help: ArgumentHelp(
      "An option of the library, such as request_timeout_ms=5000. May be repeated.",
      valueName: "name=value"
    )
  )
  var options: [String] = []

  @Flag(help: "Print JSON, also for errors.")
  var json = false
}
