import SSHTransport
import Testing

@Suite struct MarkedStreamTests {
  private func feed(_ text: String, cuts: [Int]) -> MarkedStream {
    var stream = MarkedStream(token: "TOK")
    let bytes = Array(text.utf8)
    var start = 0
    for cut in cuts + [bytes.count] {
      Array(bytes[start..<cut]).withUnsafeBytes { stream.append($0) }
      start = cut
    }
    return stream
  }

  /// However the bytes are cut, the payload is what stands between the markers.
  @Test func everyCut() {
    let text = "Welcome!\nTOK-TOK-B\npay\0load TOK-E\nTOK-B\nTOK-E x\nTOK-E 12\nlate noise"
    let expected = "pay\0load TOK-E\nTOK-B\nTOK-E x\n"
    let count = text.utf8.count
    var failures: [[Int]] = []
    for first in 0...count {
      for second in first...count {
        let stream = feed(text, cuts: [first, second])
        if stream.exitStatus != 12 || stream.payload != Array(expected.utf8) { failures.append([first, second]) }
      }
    }
    #expect(failures.isEmpty)
  }

  @Test func everyStatus() {
    for status in 0...255 {
      #expect(feed("TOK-B\nTOK-E \(status)\n", cuts: []).exitStatus == Int32(status))
    }
  }

  @Test func nothingIsProvedWithoutMarkers() {
    #expect(feed("output", cuts: []).exitStatus == nil)
    #expect(feed("output", cuts: []).payload.isEmpty)
    #expect(feed("TOK-B\noutput", cuts: []).exitStatus == nil)
    #expect(feed("TOK-E 0\n", cuts: []).exitStatus == nil)
    #expect(feed("TOK-B\nx TOK-E 0", cuts: []).exitStatus == nil)
  }

  @Test func longGreetingsAreForgotten() {
    let noise = String(repeating: "noise ", count: 100_000)
    let stream = feed(noise + "TOK-B\nx" + "TOK-E 0\n", cuts: Array(stride(from: 1000, to: 500_000, by: 1000)))
    #expect(stream.payload == Array("x".utf8))
  }
}
