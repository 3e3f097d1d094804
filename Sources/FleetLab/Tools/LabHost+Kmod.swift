extension LabHost {
  private func module(_ word: String) -> String {
    var name = word.lastPathPart.replacing("-", with: "_")
    for suffix in [".xz", ".zst", ".gz", ".ko"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
    return name
  }

  func modprobe(_ question: ToolQuestion) async throws -> ToolAnswer {
    guard let first = question.operands.first else { return ToolAnswer.failure("modprobe: ERROR: missing parameters") }
    let name = module(first)
    let dry = question.has("-n", "--dry-run", "--show", "-D", "--show-depends")
    guard ["ccp", "kvm", "kvm_amd"].contains(name) else {
      if question.has("-q", "--quiet") { return ToolAnswer(code: 1) }
      return ToolAnswer.failure(
        "modprobe: FATAL: Module \(first) not found in directory /lib/modules/\(kernel.release)")
    }
    if dry { return ToolAnswer() }
    if question.has("-r", "--remove") { return try modprobeRemove(question, question.operands.map(module)) }
    guard question.isRoot else {
      return ToolAnswer.failure("modprobe: ERROR: could not insert '\(name)': Operation not permitted")
    }
    if name == "ccp" {
      try await loadCCP(from: rootFirmware)
    } else {
      let parameters = question.operands.dropFirst().filter { $0.contains("=") }
      if name == "kvm" { modules.kvm = true } else { try await loadKVM(arguments: Self.parameters(parameters)) }
    }
    try writeModules()
    return ToolAnswer()
  }

  /// Removes modules, and what then nothing needs any more.
  private func modprobeRemove(_ question: ToolQuestion, _ names: [String]) throws -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("modprobe: ERROR: could not remove '\(names[0])': Operation not permitted")
    }
    for name in names {
      if let obstacle = obstacle(to: name) {
        if obstacle.hasSuffix("not currently loaded") { continue }
        let text = obstacle.hasSuffix(".") ? obstacle : "Module \(name) is in use."
        return ToolAnswer.failure("modprobe: FATAL: \(text)")
      }
      try remove(module: name, by: question.command)
      guard name == "kvm_amd" else { continue }
      for dependency in ["ccp", "kvm"] where obstacle(to: dependency) == nil {
        try remove(module: dependency, by: question.command)
      }
    }
    return ToolAnswer()
  }

  func rmmod(_ question: ToolQuestion) throws -> ToolAnswer {
    guard !question.operands.isEmpty else { return ToolAnswer.failure("rmmod: ERROR: missing module name.") }
    var errors = ""
    for name in question.operands.map(module) {
      if let obstacle = obstacle(to: name) {
        errors += "rmmod: ERROR: \(obstacle)\n"
      } else if !question.isRoot {
        errors += "rmmod: ERROR: could not remove '\(name)': Operation not permitted\n"
        errors += "rmmod: ERROR: could not remove module \(name): Operation not permitted\n"
      } else {
        try remove(module: name, by: question.command)
      }
    }
    return ToolAnswer(code: errors.isEmpty ? 0 : 1, errors: errors)
  }

  func insmod(_ question: ToolQuestion) async throws -> ToolAnswer {
    guard let path = question.operands.first, root.exists(path) else {
      return ToolAnswer.failure("insmod: ERROR: could not load module: No such file or directory")
    }
    guard question.isRoot else {
      return ToolAnswer.failure("insmod: ERROR: could not insert module \(path): Operation not permitted")
    }
    let name = module(path)
    if loadedModules.contains(where: { $0.name == name }) {
      return ToolAnswer.failure("insmod: ERROR: could not insert module \(path): File exists")
    }
    var inner = question
    inner.arguments = [name] + question.operands.dropFirst()
    return try await modprobe(inner)
  }

  func lsmod() -> ToolAnswer {
    let lines = loadedModules.map { module in
      let size = Text.padded(module.size, width: 8)
      return "\(Text.padRight(module.name, 19)) \(size)  \(module.references) \(module.users.joined(separator: ","))\n"
    }
    return ToolAnswer.print("Module                  Size  Used by\n" + lines.joined())
  }

  func modinfo(_ question: ToolQuestion) -> ToolAnswer {
    guard let first = question.arguments.last, ["ccp", "kvm", "kvm_amd"].contains(module(first)) else {
      return ToolAnswer.failure("modinfo: ERROR: Module \(question.arguments.last ?? "") not found.")
    }
    let name = module(first)
    let file =
      name == "ccp" ? "kernel/drivers/crypto/ccp/ccp.ko" : "kernel/arch/x86/kvm/\(name.replacing("_", with: "-")).ko"
    let builtin = name == "ccp" && isBuiltin
    let path = builtin ? "(builtin)" : "/lib/modules/\(kernel.release)/\(file)"
    let names = name == "ccp" ? Self.declaredFirmware : []
    var fields: [(String, String)] = [("filename", path)] + names.reversed().map { ("firmware", $0) }
    fields += [("license", "GPL"), ("depends", name == "kvm_amd" ? "kvm,ccp" : ""), ("name", name)]
    if name == "kvm_amd" {
      fields += ["sev", "sev_es", "sev_snp"].map { ("parm", "\($0):bool") }
    }
    guard let field = question.value("-F", "--field") ?? (question.has("-n", "--filename") ? "filename" : nil) else {
      let lines = fields.map { "\(Text.padRight($0.0 + ":", 16))\($0.1)\n" }
      return ToolAnswer.print(lines.joined())
    }
    return ToolAnswer.print(fields.filter { $0.0 == field }.map { $0.1 + "\n" }.joined())
  }

  func kmod(_ question: ToolQuestion) async throws -> ToolAnswer {
    guard question.arguments.first == "list" else { return ToolAnswer.failure("missing command") }
    return lsmod()
  }
}
