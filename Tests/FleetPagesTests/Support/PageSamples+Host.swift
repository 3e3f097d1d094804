import FleetCore
import FleetPages

extension PageSamples {
  func host(isQuarantined: Bool = true) -> HostPage.Model {
    HostPage.Model(
      host: word("sev-0006"), standing: isQuarantined ? .quarantined : .compliant, domain: word("az1/rack1"),
      target: word("milan-2026q3 (1.55.36)"), afterReset: word("1.55.36"), floor: word("1.51.3"),
      why: word("It is out of service since its verification failed, and a person has to release it."),
      next: word("release it, or plan it anew once the BIOS is updated"),
      quarantine: isQuarantined
        ? word("verify failed (notApplied): expected 1.55.36, found 1.55.31 after the reset") : nil,
      before: HostPage.Look(
        at: Self.before(95), version: word("1.55.31"),
        tcb: TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219),
        reportedTCB: TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219),
        features: SEVFeatures(sev: .usable, sevES: .usable, sevSNP: .usable)),
      now: HostPage.Look(
        at: Self.before(3), version: word("1.55.36"),
        tcb: TCBVersion(bootloader: 4, tee: 0, snp: 25, microcode: 219),
        reportedTCB: TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219),
        features: SEVFeatures(sev: .usable, sevES: .lost, sevSNP: .usable)),
      files: [
        HostPage.File(
          path: word("/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"), version: word("1.55.36"),
          sha256: word("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), isEffective: true),
        HostPage.File(
          path: word("/lib/firmware/amd/sev.fw"), version: nil,
          sha256: word("60303ae22b998861bce3b28f33eec1be758a213c"),
          isEffective: false),
      ], events: events())
  }

  func unseenHost() -> HostPage.Model {
    HostPage.Model(
      host: word("sev-0099"), standing: .unknown, domain: nil, target: nil, afterReset: nil, floor: nil,
      why: word("It was never seen."), next: nil, quarantine: nil, before: nil, now: nil, files: [], events: [])
  }

  private func events() -> [HostPage.Event] {
    let told: [(Tone, String)] = [
      (.bad, "quarantined: out of service until a person releases it"),
      (.warn, "verify failed (notApplied): expected 1.55.36, found 1.55.31"),
      (.idle, "seen: reset of the host, a new boot and an empty kernel log"), (.idle, "activate started"),
      (.idle, "proveEmpty done: no QEMU process, no user of /dev/kvm, no libvirt domain"),
      (.idle, "stage done: 1.55.36 is the effective file"), (.idle, "drain done: 11 of 11 servers moved"),
      (.idle, "cordon done: the compute service is disabled with our reason"), (.info, "work on the host begins"),
      (.idle, "seen running 1.55.31"),
    ]
    return zip(told, Int64(0)...).map { entry, place in
      HostPage.Event(
        seq: 4711 - place, at: Self.before(12 + 3 * place), kind: "sample", text: word(entry.1),
        rollout: place < 9 ? word("ro-7c1f20ab") : nil, tone: entry.0)
    }
  }

  func audit(isBroken: Bool = false) -> AuditPage.Model {
    let entries = (Int64(0)..<24).map { place in
      AuditPage.Entry(
        seq: 4711 - place, at: Self.before(place * 2), kind: place % 5 == 0 ? "rolloutPaused" : "stepSucceeded",
        who: place % 5 == 0 ? word("maria") : nil, host: place % 5 == 0 ? nil : word(Self.host(Int(place))),
        rollout: word("ro-7c1f20ab"),
        text: word(
          place % 5 == 0 ? "rollout paused: the storage team works on rack 3" : "drain done: 11 of 11 servers moved"))
    }
    return AuditPage.Model(
      entries: entries, filter: AuditPage.Filter(host: word("sev-*")), count: 4711,
      head: word("b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"),
      chain: isBroken ? .broken(word("entry 3120 does not follow entry 3119: it was edited")) : .whole, older: 4687)
  }
}
