/// Where and under which names a kernel looks for SEV firmware, in its order.
struct FirmwareSearch: Sendable {
  struct Candidate: Sendable, Equatable {
    /// As the kernel's log names it, such as `amd/sev.fw`.
    var name: String
    var path: String
    var compression: String?
  }

  let processor: LabProcessor
  let kernel: LabKernel
  /// `firmware_class.path`, if it is set.
  let classPath: String?

  /// Names in the order in which they are tried.
  var names: [String] { ["amd/" + processor.exactFirmwareFile, "amd/" + processor.firmwareFile, "amd/sev.fw"] }

  var places: [String] {
    (classPath.map { [$0] } ?? []) + [
      "/lib/firmware/updates/\(kernel.release)", "/lib/firmware/updates", "/lib/firmware/\(kernel.release)",
      "/lib/firmware",
    ]
  }

  /// All files that could be meant by one name: every place plain, then every place with each suffix.
  func candidates(for name: String) -> [Candidate] {
    let suffixes = ["zst", "xz"].filter(kernel.compression.contains)
    return places.map { Candidate(name: name, path: "\($0)/\(name)", compression: nil) }
      + suffixes.flatMap { suffix in
        places.map { Candidate(name: name, path: "\($0)/\(name).\(suffix)", compression: suffix) }
      }
  }
}
