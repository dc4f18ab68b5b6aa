extension OperationRule {
  /// Whether an object satisfies the rule. A missing operand does not break the rule.
  func holds(for object: JSONIndex.Value, now: Int64) -> Bool {
    if let condition {
      guard let member = object.member(condition.member) else { return true }
      if let value = condition.value, member.string != value { return true }
    }
    let given = operands.map { $0.value(in: object) }
    guard let first = given.first ?? nil else {
      return kind != .some || given.contains { $0.map(Self.isGiven) ?? false } || !parentIsThere(object)
    }
    let second = given.count > 1 ? given[1] : nil
    let number = first.wholeNumber
    switch kind {
    case .range:
      // For an array, the rule applies to each element.
      let numbers = first.kind == .array ? first.elements.compactMap { $0.wholeNumber } : number.map { [$0] } ?? []
      return numbers.allSatisfy(isWithinLimits)
    case .bytes: return first.utf8.map { isWithinLimits(Int64($0.count)) } ?? true
    case .count: return isWithinLimits(Int64(first.count))
    case .format: return first.utf8.map { ChainName(rawValue: values.first ?? "")?.matches($0) ?? true } ?? true
    case .not: return first.comparableText.map { !values.contains($0) } ?? true
    case .only: return first.comparableText.map(values.contains) ?? true
    case .bits: return number.map { $0 & self.number == 0 } ?? true
    case .bitsTogether: return number.map { $0 & self.number != self.number } ?? true
    case .bitFor:
      return number.map { $0 & self.number == self.number } ?? true
        || given.dropFirst().allSatisfy { ($0?.count ?? 0) == 0 }
    case .differ: return second == nil || first.comparableText != second?.comparableText
    case .equal: return second == nil || first.comparableText == second?.comparableText
    case .some: return given.contains { $0.map(Self.isGiven) ?? false }
    case .notBoth: return second == nil
    case .needs: return second != nil
    case .nonzero: return number != 0 || second?.wholeNumber != 0
    case .order:
      guard let number, let other = second?.wholeNumber else { return true }
      return number < other || !isStrict && number == other
    case .apart:
      guard let number, let other = second?.wholeNumber, let maximum else { return true }
      return other - number <= maximum
    case .pair: return isPair(given.compactMap { $0?.comparableText })
    case .disjoint: return second.map { Set(first.comparableTexts).isDisjoint(with: $0.comparableTexts) } ?? true
    case .total: return isWithinLimits(given.reduce(0) { $0 + Int64($1?.count ?? 0) })
    case .sum: return integers(of: given).reduce(0, +) == self.number
    case .weights:
      let weights = given.dropFirst().flatMap { $0?.elements.compactMap { $0[1]?.wholeNumber } ?? [] }
      return number.map { weights.reduce(0, +) >= $0 } ?? true
    case .enough: return first.count == 0 || Int64(first.count) >= second?.wholeNumber ?? 0
    case .kinds: return first.elements.allSatisfy { ($0[0]?.wholeNumber).map(isWithinLimits) ?? true }
    case .steps:
      let row = rows.first { number ?? 0 < $0.bound } ?? rows.last
      return number.map { $0 % (row?.step ?? 1) == 0 } ?? true
    case .stake: return number.map { isMatchable($0, second?.wholeNumber, lays: given.last??.string == "lay") } ?? true
    case .resolutions: return Self.isConsistent(first.elements.map { $0[1]?.string })
    case .ending: return first.truth == true || second?.wholeNumber != 0
    case .future:
      // The serializer truncates milliseconds to whole seconds.
      guard let number else { return true }
      let seconds = self.number == 1000 ? number / 1000 : number
      return seconds > now || !isStrict && (seconds == now || number == 0)
    case .ahead: return number.map { $0 - now <= maximum ?? 0 } ?? true
    case .nearNow: return number.map { abs($0 - now) <= maximum ?? 0 } ?? true
    case .periods: return endsInTime(given.compactMap { $0?.wholeNumber }, now)
    case .review: return (second?.wholeNumber).map { number ?? 0 < $0 - now } ?? true
    case .committeeReview: return !committeePays(first) || (second?.wholeNumber).map(isWithinLimits) ?? false
    }
  }

  private func isWithinLimits(_ number: Int64) -> Bool {
    number >= minimum ?? .min && number <= maximum ?? .max
  }

  private static func isGiven(_ value: JSONIndex.Value) -> Bool {
    value.kind != .array || value.count > 0
  }

  /// Whether the object that contains the operands is present. If not, the rule does not apply.
  private func parentIsThere(_ object: JSONIndex.Value) -> Bool {
    var parent: JSONIndex.Value? = object
    for key in operands.first?.keys.dropLast() ?? [] { parent = parent?.member(key) }
    return parent != nil
  }

  private func isPair(_ identifiers: [String]) -> Bool {
    guard identifiers.count >= 2, let one = values.first else { return true }
    let other = identifiers.count > 2 ? identifiers[2] : values.count > 1 ? values[1] : nil
    return identifiers[0] == one && (other == nil || identifiers[1] == other)
      || identifiers[1] == one && (other == nil || identifiers[0] == other)
  }

  private func integers(of given: [JSONIndex.Value?]) -> [Int64] {
    zip(operands, given).flatMap { operand, value in
      (value?.elements ?? []).compactMap { element in
        (operand.memberOfElements.map { element.member($0) } ?? element)?.wholeNumber
      }
    }
  }

  private static func isConsistent(_ resolutions: [String?]) -> Bool {
    let cancelled = resolutions.filter { $0 == "cancel" }.count
    let won = resolutions.filter { $0 == "win" }.count
    let lost = resolutions.filter { $0 == "not_win" }.count
    return cancelled == resolutions.count || won == 1 && won + lost == resolutions.count
  }

  private func isMatchable(_ amount: Int64, _ multiplier: Int64?, lays: Bool) -> Bool {
    guard let multiplier, 10_000..<1 << 40 ~= multiplier else { return true }
    var (divisor, rest): (Int64, Int64) = (10_000, multiplier - 10_000)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    return amount % max(1, (lays ? multiplier - 10_000 : 10_000) / divisor) == 0
  }

  private func endsInTime(_ numbers: [Int64], _ now: Int64) -> Bool {
    guard numbers.count == 3 else { return true }
    let (length, overflowed) = numbers[1].multipliedReportingOverflow(by: numbers[2])
    return !overflowed && length < 1 << 32 && numbers[0] + length > now
  }

  private func committeePays(_ proposed: JSONIndex.Value) -> Bool {
    proposed.elements.contains { element in
      let operation = element.member("op")
      guard let id = operation?[0]?.wholeNumber.flatMap({ Int32(exactly: $0) }),
        let definition = OperationCatalogue.standard.operation(id: id)
      else { return false }
      let payer = definition.accountThatPays ?? operation?[1]?.member(definition.payer)?.comparableText
      return payer == "1.2.0"
    }
  }
}
