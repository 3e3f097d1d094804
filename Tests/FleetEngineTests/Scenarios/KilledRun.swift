import FleetLab

/// A run that is killed at every point there is, and taken up again.
struct KilledRun: Sendable, CustomStringConvertible {
  var name: String
  var arguments = ["h1"]
  var command = "apply"
  var target = "newer"
  var policy = ""
  var servers: [LabWorldSpec.Server] = [.init("web", on: "h1")]
  var fault: LabFault?
  var spec: @Sendable (inout LabHostSpec) -> Void = { _ in }
  var outcome = "converged"
  var exit: Int32 = 0

  var description: String { name }

  static let all: [KilledRun] = [
    KilledRun(
      name: "upgrade by reload, one live and one cold move", arguments: ["h1", "--accept-restarts", "1"],
      policy: """
        drain: {sev: cold, confirm_after: 200ms, deadline: 60s}
        packages: hold
        hooks: {pre_drain: {argv: [/bin/true], timeout: 10s}}

        """,
      servers: [.init("web", on: "h1"), .init("sev", flavor: "sev.small", on: "h1")]),
    KilledRun(
      name: "downgrade by reset, with a kexec kernel loaded", arguments: ["h1", "--to", "older"], command: "downgrade",
      target: "older", fault: .comesBackByKexec(announced: true)),
    KilledRun(
      name: "return path after a failed stage", fault: .initramfsToolFails, spec: { $0.ccpInInitramfs = true },
      outcome: "skipped", exit: 3),
    KilledRun(
      name: "a refused image is taken back", servers: [], fault: .silentRefusal,
      spec: { $0.ccpInInitramfs = true }, outcome: "quarantined", exit: 3),
    KilledRun(name: "a reset in place of a refused reload", servers: [], fault: .rmmodRefused(holder: "ccp_crypto")),
    KilledRun(
      name: "a hanging move is aborted", policy: "drain: {confirm_after: 200ms, deadline: 2s}\n",
      servers: [.init("web", on: "h1", metadata: ["lab_live": "hang"])], outcome: "skipped", exit: 3),
    KilledRun(
      name: "a stopped server", arguments: ["h1", "--accept-restarts", "1"],
      policy: "drain: {sev: stop, confirm_after: 200ms, deadline: 20s}\n",
      servers: [.init("sev", flavor: "sev.small", on: "h1")]),
    KilledRun(
      name: "a server that comes home",
      policy: "drain: {return_home: live, confirm_after: 200ms, deadline: 60s}\n"),
    KilledRun(
      name: "a cold move that does not come up", arguments: ["h1", "--accept-restarts", "1"],
      policy: "drain: {sev: cold, confirm_after: 200ms, deadline: 3s}\n",
      servers: [.init("sev", flavor: "sev.small", on: "h1", metadata: ["lab_cold": "dead"])], outcome: "skipped",
      exit: 3),
  ]
}
