import FleetCore

/// `ccp` and `kvm_amd` in `/sys/module`, and their parameters.
enum ModuleText {
  static func state(_ probe: ProbeSections) -> ModuleState {
    ModuleState(
      ccp: presence("ccp", probe), kvmAMD: presence("kvm_amd", probe), ccpHolders: probe.values("ccp.holder"),
      ccpReferences: probe.value("ccp.refcnt")?.number, kvmReferences: probe.value("kvm_amd.refcnt")?.number)
  }

  /// A loaded module has an `initstate`; a built-in one has at most its parameters, and stands in `modules.builtin`.
  private static func presence(_ name: String, _ probe: ProbeSections) -> ModuleState.Presence? {
    guard let present = probe.value("\(name).present") else { return nil }
    if probe.value("\(name).initstate") != nil { return .module }
    let files = probe.values("builtin").compactMap { $0.split(separator: "/").last }
    let names = [name, String(name.map { $0 == "_" ? "-" : $0 })].map { "\($0).ko" }
    if files.contains(where: { names.contains(String($0)) }) { return .builtin }
    if present == "1" { return .builtin }
    return present == "0" ? .absent : nil
  }

  static func parameters(_ probe: ProbeSections) -> SEVParameters {
    SEVParameters(
      sev: switchValue(probe.value("sev")), sevES: switchValue(probe.value("sevES")),
      sevSNP: switchValue(probe.value("sevSNP")))
  }

  /// Kernels print booleans as `Y` and `N`, and integers that serve as such as `1` and `0`.
  private static func switchValue(_ text: String?) -> Bool? {
    switch text {
    case "Y", "1": true
    case "N", "0": false
    default: nil
    }
  }
}
