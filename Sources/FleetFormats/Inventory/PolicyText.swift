import FleetCore

/// Writes a `PolicyPatch` in the spelling of policy.yaml.
enum PolicyText {
  typealias Members = [(key: String, value: String)]

  /// The knobs that the patch states, in the order of INTERFACE.
  static func members(_ patch: PolicyPatch) -> Members {
    var members: Members = []
    section("activation", activation(patch.activation), &members)
    section("drain", drain(patch.drain), &members)
    add("sev_es_loss", patch.sevESLoss?.rawValue, &members)
    add("stage_into", patch.stageInto?.rawValue, &members)
    add("packages", patch.packages?.rawValue, &members)
    add("max_unavailable", patch.maxUnavailable?.description, &members)
    add("max_failures", patch.maxFailures?.description, &members)
    add("max_domains", patch.maxDomains, &members)
    add("waves", patch.waves.map { YamlText.list($0.map(\.description)) }, &members)
    add("soak", patch.soak, &members)
    section("deadlines", deadlines(patch.deadlines), &members)
    section("hooks", hooks(patch.hooks), &members)
    section("emergency", emergency(patch.emergency), &members)
    add("comply_within", patch.complyWithin, &members)
    return members
  }

  private static func section(_ key: String, _ inner: Members, _ members: inout Members) {
    if !inner.isEmpty { members.append((key, YamlText.map(inner))) }
  }

  private static func add(_ key: String, _ value: String?, _ members: inout Members) {
    if let value { members.append((key, value)) }
  }

  private static func add(_ key: String, _ value: Duration?, _ members: inout Members) {
    add(key, value.map(DurationText.spelling), &members)
  }

  private static func add(_ key: String, _ value: Int?, _ members: inout Members) {
    add(key, value.map(String.init), &members)
  }

  private static func add(_ key: String, _ value: Bool?, _ members: inout Members) {
    add(key, value.map { $0 ? "true" : "false" }, &members)
  }

  private static func activation(_ patch: PolicyPatch.Activation) -> Members {
    var members: Members = []
    add("reload", patch.reload, &members)
    add("reboot", patch.reboot, &members)
    add("allow_kernel_change", patch.allowKernelChange, &members)
    switch patch.computeStop {
    case nil: break
    case .auto?: add("compute_stop", "auto", &members)
    case Policy.ComputeStop.none?: add("compute_stop", "none", &members)
    case .unit(let unit)?: add("compute_stop", YamlText.map([("unit", YamlText.scalar(unit))]), &members)
    case .command(let argv)?: add("compute_stop", YamlText.map([("command", list(argv))]), &members)
    }
    return members
  }

  private static func drain(_ patch: PolicyPatch.Drain) -> Members {
    var members: Members = []
    add("sev", patch.sev?.rawValue, &members)
    add("shutoff", patch.shutoff?.rawValue, &members)
    add("live", patch.live, &members)
    add("cold", patch.cold, &members)
    add("max_moves", patch.maxMoves, &members)
    add("confirm_after", patch.confirmAfter, &members)
    add("deadline", patch.deadline, &members)
    add("devices", patch.devices?.rawValue, &members)
    add("move_rate", patch.moveRate, &members)
    add("return_home", patch.returnHome?.rawValue, &members)
    return members
  }

  private static func deadlines(_ patch: PolicyPatch.Deadlines) -> Members {
    var members: Members = []
    add("connect", patch.connect, &members)
    add("probe", patch.probe, &members)
    add("reload", patch.reload, &members)
    add("reboot", patch.reboot, &members)
    add("initramfs", patch.initramfs, &members)
    return members
  }

  private static func emergency(_ patch: PolicyPatch.Emergency) -> Members {
    var members: Members = []
    add("max_unavailable", patch.maxUnavailable?.description, &members)
    add("max_failures", patch.maxFailures?.description, &members)
    add("max_moves", patch.maxMoves, &members)
    add("waves", patch.waves.map { YamlText.list($0.map(\.description)) }, &members)
    add("approvals", patch.approvals, &members)
    return members
  }

  private static func hooks(_ hooks: [Policy.HookPoint: PolicyPatch.HookWord]) -> Members {
    var members: Members = []
    for point in Policy.HookPoint.allCases {
      switch hooks[point] {
      case nil: break
      case PolicyPatch.HookWord.none?: add(point.rawValue, "null", &members)
      case .run(let hook)?:
        add(
          point.rawValue,
          YamlText.map([("argv", list(hook.argv)), ("timeout", DurationText.spelling(hook.timeout))]), &members)
      }
    }
    return members
  }

  private static func list(_ argv: [String]) -> String { YamlText.list(argv.map(YamlText.scalar)) }
}
