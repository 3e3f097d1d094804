extension BrowserPage {
  /// One thing as readers of the screen are told of it.
  package struct AccessibleNode: Hashable, Sendable {
    package var role: String
    package var name: String
    package var isFocusable: Bool
  }

  /// All that readers of the screen are told of, in the order of the tree.
  package func accessibilityTree() async throws(BrowserError) -> [AccessibleNode] {
    // Only while it is asked for: kept up to date, it slows every change of a large page.
    try await call("Accessibility.enable")
    let answer = try await call("Accessibility.getFullAXTree")
    try await call("Accessibility.disable")
    return answer["nodes"].elements.compactMap { node in
      guard !node["ignored"].isTrue else { return nil }
      let isFocusable = node["properties"].elements.contains {
        $0["name"].text == "focusable" && $0["value"]["value"].isTrue
      }
      return AccessibleNode(
        role: node["role"]["value"].text ?? "", name: node["name"]["value"].text ?? "", isFocusable: isFocusable)
    }
  }
}
