"""Small faults in the core, which the tests must detect.

A fault is a change of one expression or statement. `context` is text that occurs in the file exactly once, with the old
code between « and »; `new` replaces it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    file: str
    context: str
    new: str
    # Whether the old code is one or more statements, not an expression.
    is_statement: bool


@dataclass(frozen=True)
class Mutant:
    name: str
    # The tests that should detect it when the suites of its file do not: suites of Tests/PeerIDTests, or a test of
    # Tests/Processes.
    tests: str
    changes: tuple[Change, ...]

    @property
    def suites(self) -> str:
        """The suites of the file of its first change."""
        return SUITES[self.changes[0].file]


PURE = ""
DISK = "processes a_session_is_durable_before_its_lock_is_released_and_its_space_reserved_before_the_request"


def _(name: str, file: str, context: str, new: str, tests: str = PURE) -> Mutant:
    return Mutant(name, tests, (Change(file, context, new, False),))


def without(name: str, file: str, context: str, new: str = "", tests: str = PURE) -> Mutant:
    """The same for statements; by default they are removed."""
    return Mutant(name, tests, (Change(file, context, new, True),))


MACHINE = "Session/SessionStateMachine.swift"
TYPES = "Session/SessionStateMachine+Types.swift"
CALL = "Calls/CallMachine.swift"
REFRESH = "Session/RefreshFailure.swift"
SAVING = "Session/SaveState.swift"
TABLE = "API/OutcomeTable.swift"
FILE = "Store/StoreFile.swift"
DIRECTORY = "Store/DirectoryStore.swift"
OPTIONS = "Settings/OptionTable.swift"

# The suites of Tests/PeerIDTests that should detect a fault in a file.
SUITES = {
    MACHINE: "SessionStateMachineTests",
    TYPES: "SessionStateMachineTests",
    CALL: "CallMachineTests",
    REFRESH: "RefreshFailureTests",
    SAVING: "SaveStateTests",
    "Session/SessionOpening.swift": "StoreTests",
    "Session/SessionCore+Store.swift": "ContendedSessionTests",
    "Session/StoredPairDecision.swift": "StoredPairDecisionTests",
    TABLE: "OutcomeTableTests",
    "API/NodeRefusals.swift": "OutcomeTableTests",
    "API/Envelope.swift": "EnvelopeTests",
    "API/ErrorClassifier.swift": "OutcomeTableTests|EnvelopeTests",
    "API/SecretMask.swift": "SecretMaskTests",
    "Text/DecodedText.swift": "SecretMaskTests",
    "Session/SessionCore+Refresh.swift": "ReloginTests",
    "Memory/Bytes.swift": "WipingTests",
    "Transport/ResponseBuffer.swift": "WipingTests",
    "Authorization/Credentials.swift": "WipingTests",
    "Token/TokenReader.swift": "WipingTests",
    "Errors/OneLine.swift": "OneLineTests",
    "Transport/ServerAddress.swift": "EndpointsTests",
    "Authorization/AuthorizationRedirect.swift": "AuthorizationTests",
    "Text/ConstantTime.swift": "TextTests",
    FILE: "StoreFilesTests",
    DIRECTORY: "StoreFilesTests",
    "Store/StoredSession.swift": "StoreFilesTests",
    "Store/StoreDirectory.swift": "StoreFilesTests",
    OPTIONS: "OptionTests",
    "Transport/CurlTransfer.swift": "SendingOnceTests",
    "Transport/HTTPDate.swift": "TextTests",
    "Calls/CallQuota.swift": "CallQuotaTests",
    "Settlement/SettlementDecision.swift": "SettlementDecisionTests",
}

MUTANTS = (
    # What a failed refresh means.
    _(
        "a refresh answered with 500 is unknown",
        REFRESH,
        "where «error.httpStatus == 500 || error.httpStatus == 503»:",
        "error.httpStatus == 503",
    ),
    _(
        "a refresh answered with 503 is unknown",
        REFRESH,
        "error.httpStatus == 500 || «error.httpStatus == 503»:",
        "false",
    ),
    _(
        "a refresh answered with 502 is transient",
        REFRESH,
        "where «error.httpStatus == 500» ||",
        "error.httpStatus == 500 || error.httpStatus == 502",
    ),
    _(
        "every refusal of a refresh ends the session",
        REFRESH,
        "where «error.reason == .invalidRefreshToken»:",
        "error.httpStatus == 400",
    ),
    _(
        "the pause before a new token is refused for good",
        MACHINE,
        "if let renewedAt { return «now - renewedAt < age» }",
        "now - renewedAt <= age",
    ),
    # When a token is used and when it is refreshed.
    _(
        "a token is used a moment too long",
        MACHINE,
        "if «remaining > window(policy.expiryMargin, atMostLifetimeDividedBy: 4)» {",
        "remaining >= window(policy.expiryMargin, atMostLifetimeDividedBy: 4)",
    ),
    _(
        "the background refresh begins a moment late",
        MACHINE,
        "if «remaining > window(policy.refreshWindow, atMostLifetimeDividedBy: 2)» {",
        "remaining >= window(policy.refreshWindow, atMostLifetimeDividedBy: 2)",
    ),
    _("a token is used at the moment of its expiry", MACHINE, "if «remaining > 0» {", "remaining >= 0"),
    _("the window is the whole lifetime", MACHINE, "return «min(width, max(lifetime, 0) / divisor)»", "width"),
    _("a call waits for a third refresh", TYPES, "var maximumRefreshesPerCall = «2»", "3"),
    _(
        "the first pause is left out",
        MACHINE,
        "policy.earlyPauses[min(«attempts.early», policy.earlyPauses.count - 1)]",
        "attempts.early + 1",
    ),
    _(
        "a foreign pair is in doubt for minutes",
        MACHINE,
        "token.isYounger(than: «min(age, policy.foreignDoubtPeriod)»,",
        "age",
    ),
    _(
        "the acceptance of an older token counts",
        MACHINE,
        "mutating func accepted(_ generation: UInt64) {\n    guard «token.generation == generation» else { return }",
        "true",
    ),
    _("an ended session reads the store with every call", MACHINE, "guard «now >= nextLook» else", "true"),
    _(
        "a logout during a refresh is forgotten",
        MACHINE,
        "let over = «isOver?.isUsedRefreshToken == true ? nil : isOver»",
        "PeerIDError?.none",
    ),
    _("only the last replaced pair is known", MACHINE, "private static let rememberedPairs = «7»", "0"),
    _(
        "a child waits for the refresh of its parent",
        MACHINE,
        "mutating func enterChild() {\n    isRefreshing = «false»",
        "true",
    ),
    # How long the next attempt waits.
    _(
        "no back-off after refreshes without an answer",
        MACHINE,
        "max(policy.probeDelay, «failures > 1 ? backoff : 0»)",
        "0",
    ),
    _(
        "a refresh without an answer is tried again at once",
        MACHINE,
        "until: now + max(«policy.probeDelay», failures",
        "0",
    ),
    _(
        "the back-off of refreshes grows without end",
        MACHINE,
        "let capped = «min(doubled, policy.maximumBackoff)»",
        "doubled",
    ),
    _(
        "the back-off of refreshes is the same for all",
        MACHINE,
        "return «capped / 2 + Int64(Double(capped / 2) * min(max(jitter, 0), 1))»",
        "capped",
    ),
    _("a refresh begins before its back-off is over", MACHINE, "!isRefreshing, «now >= notBefore» else", "true"),
    _(
        "Retry-After of a refresh is ignored",
        MACHINE,
        "let wait = «max(error.retryAfterMilliseconds, backoffAfterFailure(jitter: jitter))»",
        "backoffAfterFailure(jitter: jitter)",
    ),
    without(
        "no back-off after failed saves",
        SAVING,
        "    failures += 1\n    «notBefore = now + min(Self.firstPause << min(failures - 1, 10), Self.longestPause)»",
        "notBefore = now",
    ),
    _(
        "the back-off of saves grows without end",
        SAVING,
        "now + «min(Self.firstPause << min(failures - 1, 10), Self.longestPause)»",
        "Self.firstPause << min(failures - 1, 10)",
    ),
    # What is done with the stored pair.
    _(
        "the generation starts again at a second login",
        "Session/SessionOpening.swift",
        "obtained.asGeneration(«max(newest &+ 1, obtained.generation)»)",
        "obtained.generation",
        "StoreTests|SavingTests",
    ),
    without(
        "the store is not read again after a refusal",
        "Session/SessionCore+Store.swift",
        "if case .refused = result {\n          «if let found = lateWriter(of: mine, place, lock) { return found }»",
    ),
    _(
        "no patience for a late writer",
        "Session/SessionCore+Store.swift",
        "let end = environment.clock.monotonicMilliseconds() + «patience»",
        "0",
        "ContendedSessionTests|StoreTests",
    ),
    _(
        "an older stored pair is taken",
        "Session/SaveState.swift",
        "if «stored.generation < savedGeneration» {",
        "false",
    ),
    _(
        "another user's pair is taken",
        "Session/StoredPairDecision.swift",
        "if «stored.isOfAnotherUser(than: mine)» {",
        "false",
    ),
    _(
        "a pair that another process saved is overwritten",
        SAVING,
        "guard let unsaved, «supersedes(stored)» else",
        "true",
        "SavingTests",
    ),
    # What a call does.
    _(
        "a call accepts one HTTP 401 less",
        CALL,
        "if «refusals > Self.maximumRefusals» {",
        "refusals >= Self.maximumRefusals",
    ),
    _(
        "HTTP 403 is sent again",
        CALL,
        "guard case .session = purpose, «error.httpStatus == 401» else",
        "error.httpStatus == 401 || error.httpStatus == 403",
    ),
    _(
        "a call that ends after HTTP 401 was not sent",
        CALL,
        "hasRequestedRefresh ? .unknown : «hasReachedServer ? .notDone : .notSent»",
        ".notSent",
    ),
    _("a refresh that is cancelled was not sent", CALL, "let outcome: Outcome = «hasRequestedRefresh» ?", "false"),
    without("the scope of a token is not checked", CALL, "«try scope?.checkScope(of: token)»"),
    # What an answer proves.
    _("a proxy's 408 was not done", TABLE, ".answers(anyKind, «411...411», 414...415", "408...411"),
    _("a 500 was not done", TABLE, "500...599)\n      .prove(.server, «.unknown»,", ".notDone"),
    _(
        "a 503 with Retry-After was not done",
        TABLE,
        "needsRetryAfter: true)\n      .prove(.rateLimited, «.unknown»,",
        ".notDone",
    ),
    _(
        "a 429 may not be tried again",
        TABLE,
        "429...429)\n      .prove(.rateLimited, .notDone, isTransient: «true»,",
        "false",
    ),
    _(
        "a text of the node is unknown",
        "API/NodeRefusals.swift",
        '«["insufficient fee", "Insufficient Fee"]»,',
        '["insufficient fee"]',
    ),
    _("a gateway's envelope is PeerID's", "API/Envelope.swift", "guard «root.count == 2», let written", "true"),
    _(
        "a confirmation is tried again after 500",
        "API/ErrorClassifier.swift",
        "if kind == .confirmation, «response.status >= 500» {",
        "response.status > 500",
    ),
    # What is wiped.
    without(
        "tokens and passwords are not wiped", "Memory/Bytes.swift", "«if wipes { explicit_bzero(storage, count) }»"
    ),
    without(
        "answers with tokens are not wiped",
        "Transport/ResponseBuffer.swift",
        "«if let storage, wiping { explicit_bzero(storage, count) }»",
    ),
    without(
        "an answer that grows leaves a copy",
        "Transport/ResponseBuffer.swift",
        "      larger.copyMemory(from: storage, byteCount: count)\n      «explicit_bzero(storage, count)»",
    ),
    _(
        "passwords are not wiped",
        "Authorization/Credentials.swift",
        "password: password.map { Bytes($0, wipes: «true») }",
        "false",
    ),
    _(
        "tokens that are read are not wiped",
        "Token/TokenReader.swift",
        "scanner.copy(of: try scanner.string(), wipes: «true»)",
        "false",
    ),
    # Messages.
    _("control characters get into messages", "Errors/OneLine.swift", "«scalar.value < 0x20» ||", "false"),
    _("line separators get into messages", "Errors/OneLine.swift", "|| «0x2028...0x2029 ~= scalar.value»", "false"),
    _(
        "a secret that is cut off is shown",
        "API/SecretMask.swift",
        "text.isText ? «Self.cutOff.inText» : Self.cutOff.inBytes",
        "secret.count",
    ),
    _(
        "Base64 is read only from its first digit on",
        "Text/DecodedText.swift",
        "guard «toSkip == 0», let value",
        "true",
    ),
    _(
        "a login is sent under a lock that has ended",
        "Session/SessionCore+Refresh.swift",
        "if «ready == nil», context.remainingMilliseconds",
        "false",
    ),
    # Addresses.
    _(
        "127.a.evil.com is this machine",
        "Transport/ServerAddress.swift",
        'if «host.asciiLowercased == "localhost"» ||',
        'host.asciiLowercased == "localhost" || host.hasPrefix("127.")',
    ),
    _(
        "a redirect with two states is accepted",
        "Authorization/AuthorizationRedirect.swift",
        "if !mayRepeat, «found.count > 1» {",
        "found.count > 2",
    ),
    without(
        "the last byte of two secrets decides",
        "Text/ConstantTime.swift",
        "for index in first.indices { «difference |= first[index] ^ second[index]» }",
        "difference = first[index] ^ second[index]",
    ),
    # Files.
    _(
        "the file is not synced",
        FILE,
        "if failure == 0, «fsync(descriptor.number)» != 0 { failure = errno }",
        "0",
        DISK,
    ),
    without(
        "the folder is not synced",
        DIRECTORY,
        "throw .systemCall(\"cannot replace '\\(current)'\") }\n    «try StoreDirectory.sync(path)»",
        "",
        DISK,
    ),
    Mutant(
        "the file is renamed before it is synced",
        DISK,
        (
            Change(FILE, "if failure == 0, «fsync(descriptor.number) != 0» { failure = errno }", "false", False),
            Change(
                DIRECTORY,
                "throw .systemCall(\"cannot replace '\\(current)'\") }\n    try «StoreDirectory.sync(path)»",
                "{ () throws(PeerIDError) in\n      let file = try StoreFile.open(current, O_RDWR)\n"
                "      fsync(file.number)\n      file.close()\n      try StoreDirectory.sync(path)\n    }()",
                False,
            ),
        ),
    ),
    _(
        "the rest of the reserved space stays in the file",
        FILE,
        "if failure == 0, «ftruncate(descriptor.number, off_t(text.count)) != 0» { failure = errno }",
        "false",
    ),
    _("a file of exactly the limit is refused", FILE, "guard «size <= maximumBytes» else", "size < maximumBytes"),
    _("a changed file is accepted", "Store/StoredSession.swift", "guard «Checksum.isValid(text)» else", "true"),
    _(
        "a folder may be read by its group",
        "Store/StoreDirectory.swift",
        "guard «mode & 0o077 == 0» else",
        "mode & 0o007 == 0",
    ),
    # Bounds.
    _(
        "an option accepts one less than its minimum",
        OPTIONS,
        ".integer(«1...hour») { $0.connectTimeoutMilliseconds",
        "0...hour",
    ),
    _("an option accepts one more than its maximum", OPTIONS, ".integer(1024...«(1 << 30)»)", "((1 << 30) + 1)"),
    _(
        "an answer of exactly the limit is refused",
        "Transport/CurlTransfer.swift",
        "if «Int64(buffer.count) + Int64(count) > settings.maximumResponseBytes» {",
        "Int64(buffer.count) + Int64(count) >= settings.maximumResponseBytes",
        "SendingOnceTests",
    ),
    _("a Retry-After with a date is ignored", "Transport/HTTPDate.swift", "guard «digits.isEmpty», let date", "false"),
    _(
        "one call too many is in flight",
        "Calls/CallQuota.swift",
        "guard «count.current < limit» else",
        "count.current <= limit",
        "AsyncTests",
    ),
    _(
        "an operation that can still be done is settled as not done",
        "Settlement/SettlementDecision.swift",
        "let isOver = «irreversibleTime > deadline»",
        "irreversibleTime >= deadline",
    ),
)
