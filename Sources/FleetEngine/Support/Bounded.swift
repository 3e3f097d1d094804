/// Runs `body` over `items`, at most `limit` at a time; results in any order.
func bounded<Item: Sendable, Value: Sendable>(
  _ items: [Item], _ limit: Int, _ body: @escaping @Sendable (Item) async -> Value
) async -> [Value] {
  await withTaskGroup(of: Value.self) { group in
    var results: [Value] = []
    var next = items.startIndex
    while next < items.endIndex, next < limit {
      let item = items[next]
      group.addTask { await body(item) }
      next += 1
    }
    while let value = await group.next() {
      results.append(value)
      if next < items.endIndex {
        let item = items[next]
        group.addTask { await body(item) }
        next += 1
      }
    }
    return results
  }
}
