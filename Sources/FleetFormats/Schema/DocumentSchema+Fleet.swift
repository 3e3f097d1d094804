import FleetCore

extension DocumentSchema {
  static let inventory: Schema = [
    "hosts": .list(declared), "targets": .list(.text),
    "schedules": .list([
      "name": .text, "zone": .text, "approvals": .count,
      "openings": .list(["date": .date, "opens": .time, "closes": .time]),
    ]),
  ]

  private static let declared: Schema = [
    "name": .text, "address": .text, "port": .count, "computeHost": .maybe(.text), "failureDomain": .maybe(.text),
    "groups": .list(.text), "target": .maybe(.text), "declaredAt": .text,
  ]

  static let host: Schema = ["host": declared, "observation": .maybe(observation)]
  static let observations: Schema = ["hosts": .list(observation)]

  private static let observation: Schema = [
    "host": .text, "reachable": .flag, "error": .maybe(["kind": .text, "text": .text]), "observedAt": .time,
    "bootID": .maybe(.text), "kernel": .maybe(.text), "nextBootKernel": .maybe(.text), "bios": .maybe(.text),
    "microcode": .maybe(.text), "cpu": .maybe(cpu), "firmware": firmware, "tcb": tcbsSeen,
    "modules": .maybe([
      "ccp": .maybe(.words(of: ModuleState.Presence.self)), "reloadable": .flag, "blockedBy": .list(.text),
    ]),
    "features": features, "virtualMachines": machines,
    "files": .maybe(
      .list([
        "path": .text, "sha256": .maybe(.text), "version": .maybe(.version), "effective": .flag,
        "shadowedBy": .maybe(.text), "package": .maybe(.text),
      ])),
    "initramfs": .maybe(["kernel": .text, "containsCCP": .maybe(.flag), "firmware": .maybe(.version)]),
    "afterReboot": .maybe(.version), "armed": .maybe(.flag),
    "pendingPackages": .maybe(.list(["name": .text, "installed": .maybe(.text), "candidate": .maybe(.text)])),
    "lease": .maybe([
      "controller": .maybe(.text), "rollout": .maybe(.text), "controllerHost": .maybe(.text), "since": .maybe(.time),
    ]),
    "notes": .list(.text),
  ]

  private static let cpu: Schema = [
    "family": .count, "model": .count, "stepping": .count, "generation": .maybe(.text), "firmwareFile": .text,
  ]

  private static let firmware: Schema = [
    "running": .maybe(.version), "floor": .maybe(.version),
    "sources": ["kernelLog": .maybe(.version), "sevctl": .maybe(.version), "snphost": .maybe(.text)],
  ]

  /// Of a derived one only parts are known.
  private static let tcbSeen = Schema.maybe([
    "fmc": .maybe(.count), "bootloader": .maybe(.count), "tee": .maybe(.count), "snp": .maybe(.count),
    "microcode": .maybe(.count),
  ])

  private static let tcbsSeen: Schema = [
    "reported": tcbSeen, "platform": tcbSeen, "source": .maybe(.words(of: TCBReading.Source.self)),
  ]

  private static let machines: Schema = [
    "running": .maybe(.count),
    "evidence": [
      "qemuProcesses": .maybe(.count), "kvmReferences": .maybe(.count), "libvirt": .maybe(.count),
      "snpGuests": .maybe(.count),
    ],
  ]

  static let catalog: Schema = [
    "images": .list([
      "folder": .text, "version": .version, "versionHex": .text, "spl": .count, "size": .count, "sha256": .text,
      "kernelName": .text, "source": .text, "note": .maybe(.text),
    ])
  ]

  static let cloudAudit: Schema = [
    "at": .time, "clean": .flag,
    "judged": [
      "flavors": .maybe(.count), "images": .maybe(.count), "aggregates": .maybe(.count), "hosts": .maybe(.count),
    ],
    "findings": .list([
      "kind": .words(of: CloudFault.Kind.self),
      "subject": ["type": .words(of: CloudFinding.Subject.Sort.self), "name": .text, "id": .maybe(.text)],
      "text": .text, "fix": .list(.text), "source": .text, "grade": grade,
    ]),
  ]

  static let tempestJob: Schema = [
    "at": .time,
    "modes": .list([
      "mode": .words(of: EncryptionModel.self), "hosts": .list(.text), "flavor": .maybe(.text),
      "image": .maybe(.text),
    ]),
    "leftOut": .list(["mode": .words(of: EncryptionModel.self), "why": .text]),
  ]
}
