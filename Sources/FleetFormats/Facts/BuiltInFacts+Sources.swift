/// Where the rows of the built-in facts were read.
extension BuiltInFacts {
  static let sources = #"""
    sources:
      a1: "virtee/snphost at 56d5d7e, src"
      a5: "virtee/snphost issue 125"
      C3: >-
        header of the Naples image of linux-firmware 2019, 32000 bytes, sha256
        887195676586df30fae10cf46a06e75c995b88d1fe5664f13cc0dd3c3204d821
      f6: "fwupd EntrySign microcode table"
      P1: >-
        kernel commit 4b28f0846ef6 "crypto/ccp: export firmware supported vm types" (Tycho Andersen, AMD; reviewed
        Lendacky; 2026-04/05): tangled.org/tjh.dev/kernel/commit/4b28f0846ef6521b47ee95ea7d77c9d40a7baf29 ;
        patch.msgid.link/20260416232329.3408497-3-seanjc@google.com
      P2: >-
        kvm list 2026-02-24 (seanjc, msgid aZ3ntHUPXNTNoyx2@google.com) and follow-ups: "public security bulletin is
        wrong" (Tycho Andersen on his 2026-03-03 patch); v3 cover: "bit 3 corresponds to an unrelated issue ... use
        the SVN/SPL"
      P21: "file lists of amd64-microcode in Debian sid, Ubuntu noble and jammy-updates"
      P22: "gitlab.com/kernel-firmware/linux-firmware/-/merge_requests/278"
      P24: "linux-firmware patches by John Allen on LKML: 2019-06 (0.17.22), 2020-07-20, 2020-09-15"
      P3: "github.com/AMDESE/AMDSEV/issues/282 (opening post)"
      P4: >-
        github.com/amd/AMD-ASPFW commit 3ca6650d: sev_fw_image.h, sev_mcmd.c (sev_mcmd_download_firmware,
        snp_mcmd_download_firmware_ex, snp_mcmd_commit, dlfw_continue, vlek_load), sev_plat.c (init_perm,
        get_running_tcb, get_reported_tcb), sev_hal.c (sev_hal_cache_new_image), sev_dispatch.c, sev_rmp.h (report
        version). One generation, one version: generalise with care.
      P5: >-
        torvalds/linux drivers/crypto/ccp/sev-dev.c at 0410c612 (an SNP-host era version, 2024). P5b commit
        edd303ff0e9e text
      P6b: >-
        AMDESE/AMDSEV issue 271, mdroth 2025-06-10: MilanPI 1.0.0.B ships 1.55.7, 1.55.29 corresponds to MilanPI
        1.0.0.F; base 1.53.5
      P7: "AMDESE/AMDSEV README: master bdd7f4ef (FAQ 8) and the 2026 rewrite"
      R1: "github.com/virtee/sev/pull/307: a report of version 4 seen from Milan 1.55.31"
      R2: "github.com/google/go-sev-guest/pull/158: version 4 report from firmware 1.55.31"
      T1: "third party quoting AMD: Routex Requirements Sb3023"
      T10: "third party quoting AMD: operator guide for Siena hosts (aleph.im)"
      T2: "third party quoting AMD: ariofrio/pi-tee review, bulletins fetched 2026-10-08, plus live probes"
      T3: "third party quoting AMD: pi-tee CPU appraisal readme and Nebula release notes"
      T4: "third party quoting AMD: aleph CLI TCB floors"
      T5: "third party quoting AMD: AMD-SB-3016 quote and attack/policy table"
      T6: "publication of the extraction of the VCEK seed from Milan, May 2026"
      T7: "third party quoting AMD: PlatformInfo note on SB-3015"
      T8: "third party quoting AMD: AmdSnpSecurityPolicyRegistry"
      T9: "third party quoting AMD: Sentinel verifier"
      V1: "CVE record by AMD as CNA: CVE-2024-56161"
      V2: "CVE record by AMD as CNA: CVE-2023-31346"
      V3: "CVE record by AMD as CNA: CVE-2024-21980"
      V4: "CVE record by AMD as CNA: CVE-2025-48514"
      V5: "CVE record by AMD as CNA: CVE-2024-21944"
      V6: "CVE record by AMD as CNA: CVE-2025-0033"
      V7: "CVE record by AMD as CNA: CVE-2025-29943"
      V8: "CVE record by AMD as CNA: CVE-2025-61971"
      V9: "CVE record by AMD as CNA: CVE-2025-54510"
      Y1: >-
        YAOOK documentation, "AMD SEV configuration"
    """#
}
