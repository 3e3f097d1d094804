/// Which files a change puts in place, takes away and builds anew.
extension Decision {
  func stagePath(_ image: FirmwareImage, _ policy: Policy) -> String {
    let updates = policy.stageInto == .updates || policy.packages == .updates
    return "/lib/firmware/\(updates ? "updates/" : "")amd/\(image.kernelName)"
  }

  func rebuild(_ seen: Seen) -> String? {
    guard let initramfs = seen.observation.initramfs, initramfs.kernel == seen.observation.nextBootKernel else {
      return nil
    }
    // A built-in ccp sees nothing but the initramfs, whatever that holds now.
    let fromInitramfs = initramfs.containsCCP != false || seen.observation.modules.ccp == .builtin
    return fromInitramfs ? initramfs.kernel : nil
  }

  /// Every file the kernel could load; `factory` takes them all away, so a backup must hold each of them.
  func removable(_ seen: Seen, _ wish: Wish) throws(Exclusion) -> [String] {
    guard wish.isFactory else { return [] }
    let look = seen.observation
    let kernel = look.nextBootKernel ?? look.kernel ?? ""
    var paths: [String] = []
    for search in [look.searchAfterReset, look.search] {
      let order = EffectiveFile.resolve(cpu: seen.cpu, files: look.files, search: search, kernel: kernel).order
      paths += order.map(\.path).filter { !paths.contains($0) }
    }
    if let other = paths.first(where: { !EffectiveFile.isBackedUp($0) }) {
      throw Exclusion(
        .cannotActivate, rule: "U1", expected: "files in amd or updates/amd", found: other,
        "factory would take \(other) away, which no backup holds; move it yourself first")
    }
    return paths
  }
}
