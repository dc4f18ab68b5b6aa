import Testing

@testable import PeerID

@Suite struct LockTests {
  @Test func `a lock taken under another one stops a debug build`() async {
    await #expect(processExitsWith: .failure) {
      let (outer, inner) = (Lock(), Lock())
      outer.withLock { inner.withLock {} }
    }
  }

  @Test func `calling libcurl under a lock stops a debug build`() async {
    await #expect(processExitsWith: .failure) {
      Lock().withLock { ForkGate.inside {} }
    }
  }

  @Test func `the innermost lock may be taken under another one`() async {
    await #expect(processExitsWith: .success) {
      Lock().withLock { Lock.innermost.withLock {} }
      Lock().withLock {}
    }
  }
}
