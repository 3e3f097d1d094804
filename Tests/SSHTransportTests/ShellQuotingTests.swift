import Foundation
import SSHTransport
import Testing

@Suite struct ShellQuotingTests {
  @Test(arguments: [
    ("", "''"), ("plain-1.0/x", "plain-1.0/x"), ("two words", "'two words'"), ("it's", #"'it'\''s'"#),
    ("if", "'if'"), ("A=b", "'A=b'"), ("~", "'~'"), ("$HOME", "'$HOME'"), ("-n", "-n"), ("é", "'é'"),
  ])
  func examples(_ text: String, _ quoted: String) {
    #expect(ShellQuoting.quote(text) == quoted)
  }

  @Test func nulCannotBeSaid() {
    #expect(!ShellQuoting.isRepresentable("a\0b"))
    #expect(ShellQuoting.isRepresentable("a\u{1}b"))
  }

  /// Whatever is quoted, `/bin/sh` reads back the same bytes, one word for each.
  @Test func shellReadsBackWhatWasQuoted() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("ShellQuotingTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let alphabet = Array(#" '"\$`!*?[]{}()<>|&;#~=%^-+.,:/@_abz019"# + "\n\t\r\u{1}\u{7f}éß漢🙂\u{301}").map(String.init)
    let reserved = ["if", "then", "{", "}", "!", "in", "time", "-e", "--", "\\", "''", "$'x'", "é\n"]
    var words: [String] = reserved
    for _ in 0..<600 {
      let count = Int.random(in: 0...12, using: &random)
      words.append((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined())
    }
    // Each word is printed with a record separator, which no word holds.
    let script = words.map { "printf '%s\\036' " + ShellQuoting.quote($0) }.joined(separator: "\n")
    let output = try Command.run(["/bin/sh", "-c", script])
    #expect(output.split(separator: "\u{1e}", omittingEmptySubsequences: false).dropLast().map(String.init) == words)
    // As the arguments, and as the name, of one command.
    let counted = try Command.run(["/bin/sh", "-c", "set -- " + ShellQuoting.join(words) + #"; echo "$#""#])
    #expect(counted == "\(words.count)\n")
    for word in ["if", "time", "while", "A=b"] {
      #expect(throws: Command.Failure.self) { try Command.run(["/bin/sh", "-c", ShellQuoting.join([word, "x"])]) }
    }
  }
}

/// SplitMix64: a failure can be run again from its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
