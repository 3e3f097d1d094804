extension CloudAuditor {
  var hostFaults: [CloudFault] {
    let usual = usualCPUModes
    return sevHosts.flatMap { host in
      [memory(host)].compactMap { $0 } + configuration(host, usualCPUMode: usual[host.generation]) + traits(host)
    }
  }

  private func traits(_ host: CloudHost) -> [CloudFault] {
    guard let slots = host.offer.value?.slots else { return [] }
    return EncryptionModel.encrypted.filter { model in
      guard slots[model] ?? 0 > 0 else { return false }
      return host.verdict(model) == .lost || host.verdict(model) == .off
    }.map { .traitFalse(host, $0) }
  }

  /// The file's own word first; where it has none, what Placement reckons with counts.
  private func memory(_ host: CloudHost) -> CloudFault? {
    if let conf = host.novaConf.value, let word = conf.ramAllocationRatio {
      return Double(word) == 1 ? nil : .ramAllocationRatio(host, found: word, path: conf.place)
    }
    guard let ratio = host.offer.value?.memoryRatio else {
      // A file without a word of it leaves it to Nova, whose own default was not always 1.
      return host.novaConf.value == nil ? nil : .unread(.memory(host: host.name))
    }
    return ratio == 1 ? nil : .ramAllocationRatio(host, found: "\(ratio)", path: nil)
  }

  private func configuration(_ host: CloudHost, usualCPUMode: String?) -> [CloudFault] {
    guard let conf = host.novaConf.value else { return [] }
    var faults: [CloudFault] = []
    // Nova's default is kvm.
    if let type = conf.virtType, type.lowercased() != "kvm" { faults.append(.virtType(host, conf)) }
    let machines = (conf.hwMachineType ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    if !machines.contains(where: { $0 == "x86_64=q35" || $0.hasPrefix("x86_64=pc-q35") }) {
      faults.append(.hwMachineType(host, conf))
    }
    if let fault = cpuMode(host, conf, usualCPUMode) { faults.append(fault) }
    return faults
  }

  private static let attestable: Set<String> = ["custom", "host-model", "host-passthrough"]

  private func cpuMode(_ host: CloudHost, _ conf: NovaConf, _ usual: String?) -> CloudFault? {
    let mode = conf.cpuMode ?? CloudAudit.defaultCPUMode
    guard Self.attestable.contains(mode) else { return .cpuMode(host, conf, usual: nil) }
    guard let usual, usual != mode else { return nil }
    return .cpuMode(host, conf, usual: usual)
  }

  /// The mode of more than half of a generation's SEV hosts, where there is one.
  private var usualCPUModes: [String?: String] {
    Dictionary(grouping: sevHosts, by: \.generation).compactMapValues { hosts in
      let modes = hosts.compactMap(\.novaConf.value).map { $0.cpuMode ?? CloudAudit.defaultCPUMode }
        .filter(Self.attestable.contains)
      let counts = Dictionary(grouping: modes) { $0 }.mapValues(\.count)
      return counts.first { $0.value * 2 > modes.count }?.key
    }
  }
}
