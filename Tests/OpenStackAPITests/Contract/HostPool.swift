/// Lends hosts to cases, so that those which need different ones run at the same time. First come, first served.
actor HostPool {
  private var free: [String]
  private var waiting: [(count: Int, resume: CheckedContinuation<[String], Never>)] = []

  init(_ hosts: [String]) { free = hosts }

  func borrow(_ count: Int) async -> [String] {
    if waiting.isEmpty, free.count >= count { return take(count) }
    return await withCheckedContinuation { waiting.append((count, $0)) }
  }

  func giveBack(_ hosts: [String]) {
    free += hosts
    while let first = waiting.first, free.count >= first.count {
      waiting.removeFirst()
      first.resume.resume(returning: take(first.count))
    }
  }

  private func take(_ count: Int) -> [String] {
    defer { free.removeFirst(count) }
    return Array(free.prefix(count))
  }
}
