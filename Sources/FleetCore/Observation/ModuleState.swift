/// How `ccp` and `kvm_amd` are present, and what holds them.
package struct ModuleState: Hashable, Sendable, Codable {
  package enum Presence: String, Hashable, Sendable, Codable, CaseIterable { case module, builtin, absent }

  package var ccp: Presence?
  package var kvmAMD: Presence?
  /// Modules that use `ccp` besides `kvm_amd`, from `/sys/module/ccp/holders`.
  package var ccpHolders: [String]
  /// References on `ccp` by modules and others.
  package var ccpReferences: Int?
  /// References on `kvm_amd`: one per VM (FACTS 2.4).
  package var kvmReferences: Int?

  package init(
    ccp: Presence? = nil, kvmAMD: Presence? = nil, ccpHolders: [String] = [], ccpReferences: Int? = nil,
    kvmReferences: Int? = nil
  ) {
    self.ccp = ccp
    self.kvmAMD = kvmAMD
    self.ccpHolders = ccpHolders
    self.ccpReferences = ccpReferences
    self.kvmReferences = kvmReferences
  }

  /// What stands in the way of a reload, apart from VMs, which a drain moves; empty: a reload is possible.
  package var blockedBy: [String] {
    switch ccp {
    case .builtin: return ["ccp is built into the kernel"]
    case .absent: return ["ccp is not loaded"]
    case nil: return ["it is not known how ccp is loaded"]
    case .module: break
    }
    var reasons: [String] = []
    if kvmAMD == .builtin { reasons.append("kvm_amd is built into the kernel") }
    let others = ccpHolders.filter { $0 != "kvm_amd" }
    reasons += others.map { "ccp is held by \($0)" }
    // kvm_amd holds one reference; each holder module one; what is left are users without a name (RNG, DMA).
    if let references = ccpReferences {
      let unnamed = references - ccpHolders.count
      if unnamed > 0 { reasons.append("ccp has \(unnamed) user(s) without a module") }
    } else {
      reasons.append("the references on ccp are not known")
    }
    return reasons
  }

  package var reloadable: Bool { blockedBy.isEmpty }
}
