import FleetCore

/// Reads policy.yaml, or the `policy:` of a group or a host.
enum PolicyPatchReader {
  static let keys = [
    "activation", "drain", "sev_es_loss", "stage_into", "packages", "max_unavailable", "max_failures", "max_domains",
    "waves", "soak", "deadlines", "hooks", "emergency", "comply_within",
  ]

  static func read(_ field: YamlField) -> PolicyPatch {
    var patch = PolicyPatch()
    guard let map = field.map(keys: keys) else { return patch }
    if let activation = map["activation"] { patch.activation = self.activation(activation) }
    if let drain = map["drain"] { patch.drain = self.drain(drain) }
    patch.sevESLoss = map["sev_es_loss"]?.choice(Policy.SEVESLoss.self)
    patch.stageInto = map["stage_into"]?.choice(Policy.StageInto.self)
    patch.packages = map["packages"]?.choice(Policy.Packages.self)
    patch.maxUnavailable = map["max_unavailable"]?.amount(zeroAllowed: false)
    patch.maxFailures = map["max_failures"]?.amount(zeroAllowed: true)
    patch.maxDomains = map["max_domains"]?.integer(InventoryLimits.domains)
    patch.waves = map["waves"].flatMap(waves)
    patch.soak = map["soak"]?.duration()
    patch.complyWithin = map["comply_within"]?.duration(atLeast: InventoryLimits.shortestDeadline)
    if let deadlines = map["deadlines"] { patch.deadlines = self.deadlines(deadlines) }
    if let hooks = map["hooks"] { patch.hooks = self.hooks(hooks) }
    if let emergency = map["emergency"] { patch.emergency = self.emergency(emergency) }
    return patch
  }

  private static func activation(_ field: YamlField) -> PolicyPatch.Activation {
    var patch = PolicyPatch.Activation()
    let keys = ["reload", "reboot", "allow_kernel_change", "compute_stop", "live"]
    guard let map = field.map(keys: keys) else { return patch }
    // Whoever asks for it should not be told of a slip of the pen (decision 0027).
    map["live"]?.report(
      .unsupported,
      "no mainline kernel has a live update (DOWNLOAD_FIRMWARE_EX), so firmware is activated by reload or reboot only")
    patch.reload = map["reload"]?.boolean()
    patch.reboot = map["reboot"]?.boolean()
    patch.allowKernelChange = map["allow_kernel_change"]?.boolean()
    patch.computeStop = map["compute_stop"].flatMap(computeStop)
    return patch
  }

  /// `auto`, `none`, `{unit: NAME}` or `{command: [ARGV]}`.
  private static func computeStop(_ field: YamlField) -> Policy.ComputeStop? {
    switch field.node.content {
    case .scalar("auto", _): return .auto
    case .scalar("none", _): return Policy.ComputeStop.none
    case .scalar, .sequence: return field.refuse("auto, none, {unit: NAME} or {command: [ARGV]}")
    case .mapping: break
    }
    guard let map = field.map(keys: ["unit", "command"]) else { return nil }
    switch (map["unit"], map["command"]) {
    case (let unit?, nil): return unit.text("the name of a systemd unit", where: NameText.isUnit).map { .unit($0) }
    case (nil, let command?): return stopCommand(command).map { .command($0) }
    case (.some, .some), (nil, nil):
      field.report(.invalidValue, "compute_stop must have either unit or command")
      return nil
    }
  }

  private static func stopCommand(_ field: YamlField) -> [String]? {
    guard let argv = field.argv() else { return nil }
    guard argv.dropFirst().filter({ $0 == "stop" }).count == 1 else {
      field.report(
        .invalidValue, "command must hold \"stop\" once: the same command with \"start\" in its place starts again")
      return nil
    }
    return argv
  }

  private static func drain(_ field: YamlField) -> PolicyPatch.Drain {
    var patch = PolicyPatch.Drain()
    let keys = [
      "sev", "shutoff", "live", "cold", "max_moves", "confirm_after", "deadline", "devices", "move_rate", "return_home",
    ]
    guard let map = field.map(keys: keys) else { return patch }
    patch.sev = map["sev"]?.choice(Policy.Drain.SEV.self)
    patch.shutoff = map["shutoff"]?.choice(Policy.Drain.Shutoff.self)
    patch.live = map["live"]?.integer(InventoryLimits.moves)
    patch.cold = map["cold"]?.integer(InventoryLimits.moves)
    patch.maxMoves = map["max_moves"]?.integer(InventoryLimits.moves)
    patch.confirmAfter = map["confirm_after"]?.duration()
    patch.deadline = map["deadline"]?.duration(atLeast: InventoryLimits.shortestDeadline)
    patch.devices = map["devices"]?.choice(Policy.Drain.Devices.self)
    patch.moveRate = map["move_rate"]?.integer(InventoryLimits.moveRate)
    patch.returnHome = map["return_home"]?.choice(Policy.Drain.ReturnHome.self)
    return patch
  }

  private static func waves(_ field: YamlField) -> [Amount]? {
    guard let waves = field.list(maximum: InventoryLimits.waves, { $0.amount(zeroAllowed: false) }) else { return nil }
    guard !waves.isEmpty else {
      field.report(.invalidValue, "waves must have at least one element")
      return nil
    }
    return waves
  }

  private static func deadlines(_ field: YamlField) -> PolicyPatch.Deadlines {
    var patch = PolicyPatch.Deadlines()
    guard let map = field.map(keys: ["connect", "probe", "reload", "reboot", "initramfs"]) else { return patch }
    func deadline(_ key: String) -> Duration? { map[key]?.duration(atLeast: InventoryLimits.shortestDeadline) }
    patch.connect = deadline("connect")
    patch.probe = deadline("probe")
    patch.reload = deadline("reload")
    patch.reboot = deadline("reboot")
    patch.initramfs = deadline("initramfs")
    return patch
  }

  private static func emergency(_ field: YamlField) -> PolicyPatch.Emergency {
    var patch = PolicyPatch.Emergency()
    let keys = ["max_unavailable", "max_failures", "max_moves", "waves", "approvals"]
    guard let map = field.map(keys: keys) else { return patch }
    patch.maxUnavailable = map["max_unavailable"]?.amount(zeroAllowed: false)
    patch.maxFailures = map["max_failures"]?.amount(zeroAllowed: true)
    patch.maxMoves = map["max_moves"]?.integer(InventoryLimits.moves)
    patch.waves = map["waves"].flatMap(waves)
    patch.approvals = map["approvals"]?.integer(InventoryLimits.approvals)
    return patch
  }

  private static func hooks(_ field: YamlField) -> [Policy.HookPoint: PolicyPatch.HookWord] {
    guard let map = field.map(keys: Policy.HookPoint.allCases.map(\.rawValue)) else { return [:] }
    var hooks: [Policy.HookPoint: PolicyPatch.HookWord] = [:]
    for point in Policy.HookPoint.allCases {
      guard let field = map[point.rawValue] else { continue }
      if field.isNull {
        hooks[point] = PolicyPatch.HookWord.none
      } else if let hook = hook(field) {
        hooks[point] = .run(hook)
      }
    }
    return hooks
  }

  private static func hook(_ field: YamlField) -> Policy.Hook? {
    guard let map = field.map(keys: ["argv", "timeout"]), let argv = map.required("argv")?.argv() else { return nil }
    let timeout = map["timeout"].map { $0.duration(atLeast: InventoryLimits.shortestDeadline) }
    guard let timeout = timeout ?? InventoryLimits.hookTimeout else { return nil }
    return Policy.Hook(argv: argv, timeout: timeout)
  }
}
