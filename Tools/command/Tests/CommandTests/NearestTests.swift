import Testing

@testable import peerid_command

@Suite("What a mistyped name means")
struct NearestTests {
  @Test(
    "a name with a letter changed, added, left out or swapped is found, and no other",
    arguments: [
      ("sumbit", "submit"), ("shwo", "show"), ("osp", "ops"), ("Login", "login"), ("setle", "settle"),
      ("refrehs", "refresh"), ("submmit", "submit"), ("nonsense", nil), ("x", nil), ("", nil),
    ] as [(String, String?)]
  )
  func commands(_ word: String, _ meant: String?) {
    #expect(Nearest.name(to: word, among: UnknownCommand.names) == meant)
  }

  @Test(
    "a word that is no command is told before anything else is read",
    arguments: [
      (["sumbit", "x.json"], "'submit'"), (["--json", "shwo"], "'show'"), (["help", "sumbit"], "'submit'"),
      (["--profile", "sandbox", "-u", "alice", "shwo"], "'show'"), (["--profile=sandbox", "shwo"], "'show'"),
      (["nonsense"], "`peerid --help`"), (["submit", "sumbit"], nil), (["help", "submit"], nil), ([], nil),
      (["help"], nil),
      (["--profil", "sandbox", "show"], nil), (["--generate-completion-script", "bash"], nil),
      (["---completion", "show", "--"], nil), (["--user"], nil),
    ] as [([String], String?)]
  )
  func unknownCommand(_ arguments: [String], _ advice: String?) {
    let failure = UnknownCommand.failure(in: arguments)
    #expect((failure == nil) == (advice == nil))
    if let failure, let advice {
      #expect(failure.message.contains(advice))
      #expect(failure.status == .usage)
    }
  }

  @Test("variables that are similar to the command's are reported, others are not")
  func variables() {
    let near = ["PEERID_CLIENTID", "PEERID_PROFIL", "peerid_user", "PEERID_BASE_ULR"]
    let others = [
      "PEERID_USER", "PEERID_BASE_URL", "PEERID_LIBRARY", "PEERID_SANDBOX", "PEERID_URL", "PEERID_STORE", "USR", "HOME",
      "PEERID_",
    ]
    let told = Settings.mistyped(near + others)
    #expect(told.count == near.count)
    #expect(told.contains { $0.contains("PEERID_PROFIL is unknown; did you mean PEERID_PROFILE?") })
    #expect(Settings.mistyped(others) == [])
  }
}
