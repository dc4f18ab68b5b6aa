/// The newest elements of a sequence, up to a capacity.
struct Ring<Element> {
  private(set) var capacity: Int
  private var storage: [Element] = []
  private var start = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The elements, oldest first.
  var elements: [Element] { Array(storage[start...]) + Array(storage[..<start]) }

  var count: Int { storage.count }

  mutating func append(_ element: Element) {
    guard capacity > 0 else { return }
    if storage.count < capacity {
      storage.append(element)
    } else {
      storage[start] = element
      start = (start + 1) % capacity
    }
  }

  /// The element that was appended `back` elements before the newest one.
  subscript(back back: Int) -> Element? {
    get { index(back: back).map { storage[$0] } }
    set {
      guard let index = index(back: back), let newValue else { return }
      storage[index] = newValue
    }
  }

  mutating func removeAll() {
    storage = []
    start = 0
  }

  /// Changes the capacity and keeps the newest elements.
  mutating func resize(to capacity: Int) {
    guard capacity != self.capacity else { return }
    storage = Array(elements.suffix(capacity))
    start = 0
    self.capacity = capacity
  }

  private func index(back: Int) -> Int? {
    guard back >= 0, back < storage.count else { return nil }
    return (start + storage.count - 1 - back) % storage.count
  }
}
