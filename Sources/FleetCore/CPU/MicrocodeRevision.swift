/// A microcode revision of AMD. Its upper digits name the processor it is for, as the kernel reads them
/// (`union zen_patch_rev`, arch/x86/kernel/cpu/microcode/amd.c): two revisions compare only where these are equal.
package struct MicrocodeRevision: Hashable, Sendable, CustomStringConvertible {
  /// 32 bits.
  package var number: Int

  package init(_ number: Int) { self.number = number }

  /// As the kernel prints it, `0xa0011d5`; `nil` for anything else.
  package init?(text: String) {
    guard text.hasPrefix("0x"), text.utf8.count > 2, text.utf8.count <= 10, let number = Hex.number(text.dropFirst(2))
    else { return nil }
    self.init(number)
  }

  /// The processor it is for: family 15 and the extended family, both halves of the model, the stepping.
  package var cpu: CPUIdentity {
    CPUIdentity(
      family: 15 + (number >> 24 & 0xFF), model: (number >> 20 & 0xF) << 4 | (number >> 12 & 0xF),
      stepping: number >> 8 & 0xF)
  }

  package var description: String { "0x\(Hex.padded(number, 8))" }
}
