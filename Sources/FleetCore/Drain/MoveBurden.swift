/// What the flavor and the disk of a server say of how it can be moved, and of how much there is to copy.
///
/// Devices behind ports (SR-IOV, vDPA) are not in Nova's answers about servers, so that nothing is said of them here.
package struct MoveBurden: Hashable, Sendable, Codable {
  /// Something of the host that the guest holds.
  package struct Device: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
      /// `pci_passthrough:alias`. Nova moves it live only where every alias is `live_migratable`; cold always.
      case passthrough
      /// `accel:device_profile`. Nova moves it neither live nor cold.
      case accelerator
      /// `resources:VGPU`. Whether Nova moves it live depends on the two hosts.
      case virtualGPU = "vgpu"
    }

    package var kind: Kind
    /// As the flavor writes it: `gpu:2`.
    package var name: String

    package init(_ kind: Kind, _ name: String) {
      self.kind = kind
      self.name = name
    }

    package var text: String {
      switch kind {
      case .passthrough: "PCI passthrough \(name)"
      case .accelerator: "accelerator \(name)"
      case .virtualGPU: "virtual GPU (\(name))"
      }
    }
  }

  package var devices: [Device]
  /// Whether it wants CPUs of its own, which the destination must have free.
  package var hasDedicatedCPUs: Bool
  /// The page size it wants, as the flavor writes it (`large`, `1GB`); `nil`: ordinary pages, or any.
  package var hugePages: String?
  /// GiB of root, ephemeral and swap disk that no volume holds, as the flavor allows; `nil`: not told.
  package var localDiskGB: Int?

  package init(
    devices: [Device] = [], hasDedicatedCPUs: Bool = false, hugePages: String? = nil, localDiskGB: Int? = nil
  ) {
    self.devices = devices
    self.hasDedicatedCPUs = hasDedicatedCPUs
    self.hugePages = hugePages
    self.localDiskGB = localDiskGB
  }

  /// Disks of a flavor.
  package struct Disks: Hashable, Sendable {
    /// GiB; 0 is as much as the image has.
    package var root: Int
    /// GiB.
    package var ephemeral: Int
    /// MiB.
    package var swap: Int

    package init(root: Int, ephemeral: Int, swap: Int) {
      self.root = root
      self.ephemeral = ephemeral
      self.swap = swap
    }

    /// A number above it is no size of a disk: 1 EiB in GiB, and 1 PiB in MiB.
    private static let largest = 1 << 30

    /// GiB that lie on the host; `nil`: the root disk is as large as its image, which nobody told, or a size is absurd.
    package func local(bootsFromVolume: Bool) -> Int? {
      let possible = 0...Self.largest
      guard possible.contains(root), possible.contains(ephemeral), possible.contains(swap) else { return nil }
      if root == 0, !bootsFromVolume { return nil }
      return (bootsFromVolume ? 0 : root) + ephemeral + (swap + 1023) / 1024
    }
  }

  /// - Parameter extraSpecs: of the flavor the server was made with.
  package init(extraSpecs: [String: String], localDiskGB: Int?) {
    var devices: [Device] = []
    if let alias = extraSpecs["pci_passthrough:alias"], !alias.isEmpty { devices.append(Device(.passthrough, alias)) }
    if let profile = extraSpecs["accel:device_profile"], !profile.isEmpty {
      devices.append(Device(.accelerator, profile))
    }
    // Of a numbered group, too: `resources1:VGPU`.
    let virtual = extraSpecs.filter { $0.key.hasPrefix("resources") && $0.key.hasSuffix(":VGPU") && $0.value != "0" }
    devices += virtual.sorted { $0.key < $1.key }.map { Device(.virtualGPU, $0.value) }
    let cpus = extraSpecs["hw:cpu_policy"]?.lowercased()
    self.init(
      devices: devices,
      hasDedicatedCPUs: cpus == "dedicated" || cpus == "mixed"
        || extraSpecs["resources:PCPU"].map { $0 != "0" } == true,
      hugePages: Self.hugePages(extraSpecs["hw:mem_page_size"]), localDiskGB: localDiskGB)
  }

  /// Words and sizes that mean the pages every guest has, or leave the choice to the image.
  private static let ordinaryPages: Set<String> = ["", "small", "any", "4", "4kb", "4kib"]

  private static func hugePages(_ wish: String?) -> String? {
    wish.flatMap { ordinaryPages.contains($0.lowercased()) ? nil : $0 }
  }

  /// What makes it harder to move than others, in words; empty where nothing does.
  package var words: [String] {
    devices.map(\.text) + (hasDedicatedCPUs ? ["dedicated CPUs"] : [])
      + (hugePages.map { ["huge pages (\($0))"] } ?? [])
  }

  /// Why Nova refuses a live move, as far as that is known beforehand; `nil`: nothing is known against it.
  ///
  /// `movableAliases` where policy says that PCI aliases are `live_migratable`.
  package func liveRefusal(movableAliases: Bool) -> String? {
    for device in devices {
      switch device.kind {
      case .accelerator: return anyRefusal
      case .passthrough where !movableAliases:
        return "it holds a device of the host (\(device.text)), which Nova moves live only if its alias is "
          + "live_migratable, and policy (drain.devices) does not say so"
      case .passthrough, .virtualGPU: continue
      }
    }
    return nil
  }

  /// Why Nova refuses a live and a cold move alike; `nil`: nothing is known against one.
  package var anyRefusal: String? {
    devices.first { $0.kind == .accelerator }.map { "Nova moves what holds an \($0.text) neither live nor cold" }
  }
}
