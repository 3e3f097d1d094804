/// Splits the changes of a plan into waves that widen.
///
/// The first wave holds one host of every combination that is present, so that each kind of machine is tried once before
/// any is tried twice; the last host of a domain that can run SEV-ES is nobody's first. Sizes are as Ansible's `serial`
/// has them: shares are of all changes, and the last one is repeated.
package struct WavePlan {
  package let sizes: [Amount]

  package init(sizes: [Amount]) { self.sizes = sizes }

  /// `changes` in their turns; returned in the order of their waves.
  package func assign(_ changes: [HostChange]) -> [HostChange] {
    var seen: Set<String> = []
    var canaries: [HostChange] = []
    var others: [HostChange] = []
    for change in changes {
      if let standing = change.standing, standing.score < TurnOrder.lastKeeper,
        seen.insert(standing.combination).inserted
      {
        canaries.append(change)
      } else {
        others.append(change)
      }
    }
    return numbered(canaries, others)
  }

  private func numbered(_ canaries: [HostChange], _ others: [HostChange]) -> [HostChange] {
    let total = canaries.count + others.count
    var result: [HostChange] = []
    var rest = canaries[...] + others[...]
    var wave = 1
    while !rest.isEmpty {
      let planned = max(1, size(wave).of(total))
      let count = wave == 1 ? max(planned, canaries.count) : planned
      for var change in rest.prefix(count) {
        change.wave = wave
        result.append(change)
      }
      rest = rest.dropFirst(count)
      wave += 1
    }
    return result
  }

  private func size(_ wave: Int) -> Amount {
    sizes.isEmpty ? .percent(100) : sizes[min(wave, sizes.count) - 1]
  }
}
