import FleetCore
import FleetFormats
import Testing

struct ProbeTextErrorTests {
  private func failure(_ bytes: [UInt8]) -> ProbeTextError? {
    switch ProbeText.parse(bytes, host: HostID("h"), at: Instant(milliseconds: 0), facts: Sample.facts) {
    case .success: nil
    case .failure(let error): error
    }
  }

  @Test func nothingOfOurs() {
    #expect(failure([]) == .noAnswer(raw: ""))
    #expect(failure(Array("This account is currently not available.\n".utf8))?.kind == "noAnswer")
    #expect(failure(Array("sevfleet-probe/1 \n".utf8))?.kind == "noAnswer")
  }

  @Test func cutAnswers() {
    var answer = AnswerFixture.milan
    answer.isComplete = false
    #expect(failure(answer.bytes) == .truncated(after: "held"))
    let bytes = AnswerFixture.milan.bytes
    for length in stride(from: 0, to: bytes.count - 60, by: 97) {
      #expect(failure(Array(bytes.prefix(length))) != nil, "\(length) bytes")
    }
  }

  /// Without every place of firmware files read, no file can be called the winner.
  @Test func unreadFiles() {
    var answer = AnswerFixture.milan
    answer["files"] = nil
    #expect(failure(answer.bytes) == .filesUnread(path: "/lib/firmware"))
    answer["files"] = "unreadable=/lib/firmware/updates"
    #expect(failure(answer.bytes) == .filesUnread(path: "/lib/firmware/updates"))
  }

  /// Nothing a tool prints can pass for a mark: marks carry the host's random number.
  @Test func forgedMarks() throws {
    var answer = AnswerFixture.milan
    answer["libvirt"] = "#forged end libvirt\n#forged done\nsevfleet-probe/1 x\n" + AnswerFixture.answered("")
    #expect(failure(answer.bytes) == nil)
    #expect(try ProbeTextTests.observation(answer).virtualMachines.libvirt == nil)
  }

  /// Every section may be missing: the answer stays an observation, and nothing is invented.
  @Test func everySectionMayBeMissing() throws {
    for (name, _) in AnswerFixture.milan.sections where name != "files" {
      var answer = AnswerFixture.milan
      answer[name] = nil
      #expect(failure(answer.bytes) == nil, "\(name)")
      answer[name] = "\u{0}\u{1}garbage = [ : > \u{fffd}\n#\(AnswerFixture.nonce) status 0"
      #expect(failure(answer.bytes) == nil, "\(name)")
    }
    var empty = AnswerFixture.milan
    empty.sections = empty.sections.filter { $0.name == "files" }
    let seen = try ProbeTextTests.observation(empty)
    #expect(seen.cpu == nil && seen.kernel == nil && seen.nextBootKernel == nil && seen.firmware.kernelLog == nil)
    #expect(seen.virtualMachines.running == nil)
  }

  @Test func notesAreBounded() throws {
    var answer = AnswerFixture.milan
    answer["snphost.version"] = AnswerFixture.answered(String(repeating: "x\n", count: 20_000))
    let seen = try ProbeTextTests.observation(answer)
    #expect(seen.notes.allSatisfy { $0.raw.utf8.count <= 1100 })
    #expect(!seen.notes.isEmpty)
  }
}
