/// The source of every decision in a schedule: a seed, or a walk through all decisions.
final class Choices {
  private var state: UInt64
  let isExhaustive: Bool
  /// The prescribed decisions of this run, then those made in it: the choice, and the number of alternatives.
  private(set) var path: [(taken: Int, among: Int)]
  private var position = 0
  /// Whether a walk continues only along its first path.
  var isWalkOver = false

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    isExhaustive = false
    path = []
  }

  /// A walk that starts with `path`, and then takes the first alternative of every decision.
  init(path: [(taken: Int, among: Int)]) {
    state = 0
    isExhaustive = true
    self.path = path
  }

  /// Whether the prescribed decisions have been made.
  var isBeyondPath: Bool { position >= path.count }

  /// One of `count` alternatives.
  func pick(_ count: Int) -> Int {
    if count <= 1 { return 0 }
    guard isExhaustive else { return Int(next() % UInt64(count)) }
    if isWalkOver { return 0 }
    defer { position += 1 }
    if position < path.count { return path[position].taken }
    path.append((0, count))
    return 0
  }

  func pick<Element>(_ elements: [Element]) -> Element { elements[pick(elements.count)] }

  /// `true` once in `rarity` times; a walk tries both.
  func chance(in rarity: Int) -> Bool {
    isExhaustive ? pick(2) == 1 : next() % UInt64(rarity) == 0
  }

  /// Varies the world in random schedules, not in a walk: `true` once in `rarity` times.
  func variation(in rarity: Int) -> Bool {
    isExhaustive ? false : next() % UInt64(rarity) == 0
  }

  /// One of the elements; the first in a walk.
  func variation<Element>(_ elements: [Element]) -> Element {
    isExhaustive ? elements[0] : elements[Int(next() % UInt64(elements.count))]
  }

  /// The path of the next walk; `nil` after the last one.
  func nextPath() -> [(taken: Int, among: Int)]? {
    var next = Array(path.prefix(max(position, 0)))
    while let last = next.popLast() {
      if last.taken + 1 < last.among { return next + [(last.taken + 1, last.among)] }
    }
    return nil
  }

  /// SplitMix64.
  func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
