/// Numbers in the text format of Prometheus, 0.0.4.
struct MetricsText {
  enum Kind: String { case gauge, counter, histogram }

  private(set) var text = ""
  private var family = ""

  /// Begins a family; what is added next belongs to it.
  mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    family = name
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// Adds a sample. `suffix` is for histograms.
  mutating func add(_ value: Int64, suffix: String = "", _ labels: [(name: String, value: String)] = []) {
    let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    text += "\(family)\(suffix)\(pairs.isEmpty ? "" : "{\(pairs)}") \(value)\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
