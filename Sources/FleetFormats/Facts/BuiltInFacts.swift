/// Every hardware fact that sevfleet is built with: the one data file, in the shape of `firmware-catalog/facts.yaml`.
///
/// Grades: A is AMD's own code or record, the kernel or Nova; B a third party quoting AMD; C seen on hardware by a
/// user; I inferred. C and I are shown, never enforced. All versions and levels are decimal.
enum BuiltInFacts {
  static let text = rows + "\n" + sources

  private static let rows = #"""
    # What the processors are. `Bergamo/Siena`: cpuinfo cannot tell them apart. `biosPreferred`: AMD says that firmware
    # of 9004 systems comes with the BIOS, yet files exist (FACTS 4). The file name follows from family and models by
    # the kernel's rule; no public file is known for Turin Dense.
    generations:
      - {name: Naples, family: 23, models: 0x00-0x0f, zen: 1, snp: false, fmc: false, grade: A,
         sources: [P5, P7]}
      - {name: Rome, family: 23, models: 0x30-0x3f, zen: 2, snp: false, fmc: false, grade: A,
         sources: [P5]}
      - {name: Milan, family: 25, models: 0x00-0x0f, zen: 3, snp: true, fmc: false, grade: A,
         sources: [P5, a1]}
      - {name: Genoa, family: 25, models: 0x10-0x1f, zen: 4, snp: true, fmc: false, biosPreferred: true,
         grade: A, sources: [P5, a1]}
      - {name: Bergamo/Siena, family: 25, models: 0xa0-0xaf, zen: 4, snp: true, fmc: false, biosPreferred: true,
         grade: A, sources: [P22, a1]}
      - {name: Turin, family: 26, models: 0x00-0x0f, zen: 5, snp: true, fmc: true, grade: A,
         sources: [P21, a1]}
      - {name: Turin Dense, family: 26, models: 0x10-0x11, zen: 5, snp: true, fmc: true, grade: A,
         sources: [a1]}
    # Products within a generation, by model and stepping: microcode compares only inside one of these. Told by the
    # revisions of the table that names them; a stepping without a row is a product of an unknown kind.
    products:
      - {name: Milan, generation: Milan, models: [0x01], steppings: [1], grade: B, sources: [f6]}
      - {name: Milan-X, generation: Milan, models: [0x01], steppings: [2], grade: B, sources: [f6]}
      - {name: Genoa, generation: Genoa, models: [0x11], steppings: [1], grade: B, sources: [f6]}
      - {name: Genoa-X, generation: Genoa, models: [0x11], steppings: [2], grade: B, sources: [f6]}
    # From this SNP security patch level on, SEV-ES is refused while SNP is on (FACTS 1.4).
    sevESRefusals:
      - {zen: 3, fromSNP: 27, grade: A, sources: [P1]}
      - {zen: 4, fromSNP: 27, grade: A, sources: [P1]}
      - {zen: 5, fromSNP: 4, grade: A, sources: [P1]}
    # For builds whose level nobody knows: between the two is unknown.
    sevESByVersion:
      - {generation: Milan, lastKept: 1.55.31, firstLost: 1.55.36, grade: B, sources: [Y1]}
    # `report`: the version of the SNP attestation reports that a build makes. Nothing is concluded from one build to
    # another; most are unknown.
    firmware:
      - {generation: Naples, version: 0.17.11, spl: 0, grade: A, sources: [C3]}
      - {generation: Naples, version: 0.17.22, grade: A, sources: [P24], note: "published 2019-06"}
      - {generation: Naples, version: 0.17.30, grade: A, sources: [P24], note: "published 2020-07"}
      - {generation: Naples, version: 0.17.39, grade: A, sources: [P24], note: "published 2020-09"}
      - {generation: Rome, version: 0.24.4, grade: A, sources: [P24], note: "published 2020-07"}
      - {generation: Rome, version: 0.24.6, grade: A, sources: [P24], note: "published 2020-09"}
      - {generation: Rome, version: 0.24.20, grade: A, sources: [P22]}
      - {generation: Milan, version: 1.55.7, grade: A, sources: [P6b],
         note: "in MilanPI 1.0.0.B"}
      - {generation: Milan, version: 1.55.21, grade: A, sources: [P22],
         note: "linux-firmware MR 278"}
      - {generation: Milan, version: 1.55.22, spl: 23, splGrade: B, splSources: [T7], grade: A, sources: [V5]}
      - {generation: Milan, version: 1.55.29, spl: 24, splGrade: C, splSources: [a5], grade: A, sources: [P6b],
         note: "in MilanPI 1.0.0.F"}
      - {generation: Milan, version: 1.55.31, spl: 25, report: 4, reportGrade: C, reportSources: [R1, R2], grade: C,
         sources: [P3]}
      - {generation: Milan, version: 1.55.35, spl: 27, grade: B, sources: [T1]}
      - {generation: Genoa, version: 1.55.25, report: 2, grade: A, sources: [P4],
         note: "published source"}
      - {generation: Genoa, version: 1.55.37, grade: A, sources: [P22]}
      - {generation: Bergamo/Siena, version: 1.55.37, grade: A, sources: [P22]}
      - {generation: Genoa, version: 1.55.38, spl: 22, splGrade: B, splSources: [T7], grade: A, sources: [V5]}
      - {generation: Genoa, version: 1.55.40, spl: 23, grade: B, sources: [T2]}
      - {generation: Genoa, version: 1.55.49, spl: 27, grade: B, sources: [T1, T2]}
      - {generation: Bergamo/Siena, version: 1.58.2, spl: 28, grade: C, sources: [T10],
         note: "seen on Siena, with BL 12, microcode 28"}
      - {generation: Turin, version: 1.55.65, spl: 4, grade: B, sources: [T1]}
      - {generation: Turin, version: 1.58.3, spl: 5, grade: C, sources: [T2],
         note: "FMC 1, BL 3, TEE 2, microcode 97"}
    # What must be true of a host before (RULES A5). No number is known that a host could be measured against.
    prerequisites:
      - {generation: Milan, grade: B, sources: [P7],
         text: "SEV firmware of Milan needs PSP boot loader 00.13.00.70 or newer, which comes with the BIOS"}
    # To know of a product, and nothing that a host could be measured against.
    advisories:
      - id: milan-attestation
        generation: Milan
        grade: C
        sources: [T6]
        text: >-
          the seed of Milan's VCEK was extracted and published in May 2026, so an attestation report of Milan can be
          forged whatever TCB it shows
    # CVE → what closes it, per product: AGESA name of the BIOS, SEV firmware, SNP level, microcode by revision or TCB
    # value, and the bit of the mitigation vector. A product without a row is unknown, never safe. `withdrawn`: its source
    # takes it back from that day on; it stays to be read and no longer counts.
    bulletins:
      - id: AMD-SB-3007
        cves: [CVE-2023-31346]
        grade: A
        sources: [V2]
        note: "CVE record gives no versions"
        floors: []
      - id: AMD-SB-3011
        cves: [CVE-2024-21980]
        grade: A
        sources: [V3]
        floors:
          - {product: Milan, agesa: "1.0.0.D", grade: A, sources: [V3]}
          - {product: Genoa, agesa: "1.0.0.C", grade: A, sources: [V3]}
      - id: AMD-SB-3015
        cves: [CVE-2024-21944]
        name: BadRAM
        grade: A
        sources: [V5]
        steps: [{text: "alias check complete; reboot", grade: B, sources: [T7]}]
        floors:
          - {product: Milan, agesa: "1.0.0.D", grade: A, sources: [V5]}
          - {product: Milan, firmware: 1.55.22, grade: A, sources: [V5]}
          - {product: Milan, snp: 23, grade: B, sources: [T7]}
          - {product: Genoa, agesa: "1.0.0.D", grade: A, sources: [V5]}
          - {product: Genoa, firmware: 1.55.38, grade: A, sources: [V5]}
          - {product: Genoa, snp: 22, grade: B, sources: [T7]}
      - id: AMD-SB-3016
        cves: [CVE-2023-20585]
        grade: B
        sources: [T5]
        steps: [{text: "host OS update", grade: B, sources: [T5]}]
        floors:
          - {product: Milan, snp: 27, grade: B, sources: [T5]}
          - {product: Genoa, snp: 27, grade: B, sources: [T5]}
          - {product: Milan, mitigationBit: 2, grade: B, sources: [T5]}
          - {product: Genoa, mitigationBit: 2, grade: B, sources: [T5]}
      - id: AMD-SB-3019
        cves: [CVE-2024-56161]
        name: EntrySign
        grade: A
        sources: [V1]
        floors:
          - {product: Naples, agesa: "1.0.0.P", grade: A, sources: [V1]}
          - {product: Naples, microcode: 0x08001278, grade: B, sources: [T2, T4, f6]}
          - {product: Rome, agesa: "1.0.0.L", grade: A, sources: [V1]}
          - {product: Rome, microcode: 0x0830107D, grade: B, sources: [T2, T4, f6]}
          - {product: Milan, agesa: "1.0.0.F", grade: A, sources: [V1]}
          - {product: Milan, microcode: 0x0A0011DB, grade: B, sources: [T2, T4, f6]}
          - {product: Milan-X, microcode: 0x0A001244, grade: B, sources: [T2, T4, f6]}
          - {product: Genoa, agesa: "1.0.0.E", grade: A, sources: [V1]}
          - {product: Genoa, firmware: 1.55.40, grade: B, sources: [T2, T4, f6]}
          - {product: Genoa, snp: 23, grade: B, sources: [T2, T4, f6]}
          - {product: Genoa, microcode: 0x0A101154, grade: B, sources: [T2, T4, f6]}
          - {product: Genoa-X, microcode: 0x0A10124F, grade: B, sources: [T2, T4, f6]}
          - {product: Bergamo, microcode: 0x0AA00219, grade: B, sources: [T2, T4, f6]}
          - {product: Siena, microcode: 0x0AA00219, grade: B, sources: [T2, T4, f6]}
      - id: AMD-SB-3020
        cves: [CVE-2025-0033]
        name: RMPocalypse
        grade: A
        sources: [V6]
        note: "CVE record lists Milan and Turin only"
        floors:
          - {product: Milan, agesa: "1.0.0.H", grade: A, sources: [V6]}
          - {product: Genoa, agesa: "1.0.0.H", grade: B, sources: [T2, T8]}
          - {product: Genoa, firmware: 1.55.49, grade: B, sources: [T2, T8]}
          - {product: Genoa, snp: 27, grade: B, sources: [T2, T8]}
          - {product: Genoa, microcode: 0x0A101156, grade: B, sources: [T2, T8]}
          - {product: Genoa-X, microcode: 0x0A101251, grade: B, sources: [T2, T8]}
          - {product: Turin, agesa: "1.0.0.6", grade: A, sources: [V6]}
          - {product: Turin, snp: 4, grade: B, sources: [T2, T8]}
          - {product: Turin, microcode: 0x0B002150, grade: B, sources: [T2, T8]}
          - {product: Milan, mitigationBit: 1, grade: B, sources: [T2, T8]}
          - {product: Genoa, mitigationBit: 1, grade: B, sources: [T2, T8]}
          - {product: Turin, mitigationBit: 1, grade: B, sources: [T2, T8]}
      - id: AMD-SB-3023
        cves: [CVE-2025-48514]
        grade: A
        sources: [V4, P2]
        note: "removes SEV-ES while SNP on; bulletin's mitigation bit 3 is wrong"
        floors:
          - {product: Milan, agesa: "1.0.0.H", grade: A, sources: [V4]}
          - {product: Milan, firmware: 1.55.35, grade: B, sources: [T1]}
          - {product: Milan, snp: 27, grade: A, sources: [P1]}
          - {product: Milan, microcodeTCB: 222, grade: B, sources: [T1]}
          - {product: Milan-X, microcodeTCB: 71, grade: B, sources: [T1]}
          - {product: Genoa, agesa: "Genoa++ 1.0.0.H", grade: A, sources: [V4]}
          - {product: Genoa, firmware: 1.55.49, grade: B, sources: [T1]}
          - {product: Genoa, snp: 27, grade: A, sources: [P1]}
          - {product: Genoa, microcodeTCB: 86, grade: B, sources: [T1]}
          - {product: Genoa-X, microcodeTCB: 81, grade: B, sources: [T1]}
          - {product: Siena, agesa: "Genoa++ 1.0.0.H", grade: A, sources: [V4]}
          - {product: Siena, microcodeTCB: 27, grade: B, sources: [T1]}
          - {product: Bergamo, microcodeTCB: 27, grade: B, sources: [T1]}
          - {product: Turin, agesa: "1.0.0.6", grade: A, sources: [V4]}
          - {product: Turin, firmware: 1.55.65, grade: B, sources: [T1]}
          - {product: Turin, snp: 4, grade: A, sources: [P1]}
          - {product: Turin, microcodeTCB: 81, grade: B, sources: [T1]}
          - {product: Turin Dense, microcodeTCB: 78, grade: B, sources: [T1]}
      - id: AMD-SB-3027
        cves: [CVE-2025-29943]
        name: StackWarp
        grade: A
        sources: [V7]
        steps: [{text: "SMT sibling attack", grade: B, sources: [T2]}]
        floors:
          - {product: Genoa, agesa: "Genoa++ 1.0.0.H", grade: A, sources: [V7]}
          - {product: Genoa, microcodeTCB: 86, grade: B, sources: [T2]}
          - {product: Genoa-X, microcodeTCB: 81, grade: B, sources: [T2]}
          - {product: Turin, agesa: "1.0.0.6", grade: A, sources: [V7]}
          - {product: Turin, microcodeTCB: 81, grade: B, sources: [T2]}
          - {product: Siena, agesa: "Genoa++ 1.0.0.H", grade: A, sources: [V7]}
      - id: AMD-SB-3030
        cves: [CVE-2025-61971, CVE-2025-61972]
        name: BreakFAST
        grade: A
        sources: [V8]
        floors:
          - {product: Milan, agesa: "1.0.0.J", grade: A, sources: [V8]}
          - {product: Milan, snp: 29, grade: B, sources: [T9, T8]}
          - {product: Genoa, agesa: "1.0.0.H", grade: A, sources: [V8]}
          - {product: Siena, agesa: "1.0.0.H", grade: A, sources: [V8]}
          - {product: Turin, agesa: "1.0.0.8", grade: A, sources: [V8]}
          - {product: Milan, mitigationBit: 4, grade: B, sources: [T9, T8]}
      - id: AMD-SB-3033
        cves: []
        grade: B
        sources: [T3]
        note: "Milan mitigation without a bootloader TCB change"
        floors: []
      - id: AMD-SB-3034
        cves: [CVE-2025-54510]
        name: Fabricked
        grade: A
        sources: [V9, T3]
        note: "TCB values withdrawn 2026-09-24 (an August quote said Genoa snp>=28): do not enforce"
        floors:
          - {product: Genoa, snp: 28, withdrawn: 2026-09-24, grade: B, sources: [T3]}
          - {product: Milan, agesa: "1.0.0.J", grade: A, sources: [V9]}
          - {product: Genoa, agesa: "1.0.0.H", grade: A, sources: [V9]}
          - {product: Siena, agesa: "1.0.0.H", grade: A, sources: [V9]}
          - {product: Turin, agesa: "1.0.0.8", grade: A, sources: [V9]}
    # Errors of the PSP, decimal, as ccp and snphost print them in hex.
    firmwareErrors:
      1: INVALID_PLATFORM_STATE
      3: INVALID_CONFIG
      9: INVALID_ADDRESS
      10: BAD_SIGNATURE
      15: DF_FLUSH_REQUIRED
      19: HARDWARE_PLATFORM
      20: HARDWARE_UNSAFE
      21: UNSUPPORTED
      22: INVALID_PARAM
      23: RESOURCE_LIMIT
      24: SECURE_DATA_INVALID
      32: RMP_INIT_REQUIRED
      33: BAD_SVN
      34: BAD_VERSION
      35: SHUTDOWN_REQUIRED
      36: UPDATE_FAILED
      37: RESTORE_REQUIRED
      38: RMP_INIT_FAILED
    # What those names make likely where SEV did not start; nobody at AMD has said so.
    initCauses:
      - {errors: [10, 33, 34, 36], cause: image, grade: I, sources: [P5]}
      - {errors: [19, 20], cause: platform, grade: I, sources: [P5]}
      - {errors: [24, 37], cause: persistent-state, grade: I, sources: [P5]}
    """#
}
