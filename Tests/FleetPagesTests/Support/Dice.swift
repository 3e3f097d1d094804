/// Random choices that a printed seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Text that tries to become markup, an attribute, a script or another place.
  mutating func hostileText() -> String {
    let parts = [
      "<script>window.taken=1</script>", "\"", "'", "<", ">", "&", "&lt;", "</title>", "</style>", "-->", "<!--", "]]>",
      " onfocus=window.taken=1 autofocus ", "javascript:window.taken=1", "../..", "//elsewhere.test", "?a=b#c", "\u{0}",
      "\u{8}", "\u{202E}", "\u{2028}", "\n", "\t", "`", "${1}", "<img src=x onerror=window.taken=1>", "ä", "漢字", "👩‍💻",
      "sev-a01", " ", "\\", "=", "/", "%3C", "<svg onload=window.taken=1>",
    ]
    return (0..<Int.random(in: 1...6, using: &self)).map { _ in parts.randomElement(using: &self) ?? "" }.joined()
  }
}
