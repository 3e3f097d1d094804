extension LabHost {
  /// `apt-cache policy NAME…` as apt 2.6 prints it; the lists name one archive.
  func aptCache(_ question: ToolQuestion) -> ToolAnswer {
    guard let verb = question.arguments.firstIndex(of: "policy") else {
      return ToolAnswer.failure("E: Invalid operation \(question.operands.first ?? "")", code: 100)
    }
    var answer = ToolAnswer()
    for name in question.arguments[(verb + 1)...] {
      guard root.text("/var/lib/dpkg/info/\(name).list") != nil else {
        answer.errors += "N: Unable to locate package \(name)\n"
        continue
      }
      let installed = Self.packageVersion(name)
      let candidate = (name == spec.firmwarePackage ? spec.pendingPackage : nil) ?? installed
      answer.output += "\(name):\n  Installed: \(installed)\n  Candidate: \(candidate)\n  Version table:\n"
      let archive = "        500 http://deb.debian.org/debian bookworm/non-free-firmware amd64 Packages\n"
      if candidate != installed { answer.output += "     \(candidate) 500\n\(archive)" }
      answer.output += " *** \(installed) \(candidate == installed ? "500\n\(archive)" : "100\n")"
      answer.output += "        100 /var/lib/dpkg/status\n"
    }
    return answer
  }
}
