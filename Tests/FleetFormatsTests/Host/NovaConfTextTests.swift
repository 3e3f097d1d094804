import FleetCore
import FleetFormats
import Foundation
import Testing

@Suite("nova.conf, filtered and read") struct NovaConfTextTests {
  /// As operators write it: comments, other sections with keys of the same name, passwords everywhere.
  private static let file = """
    [DEFAULT]
    transport_url = rabbit://nova:hunter2@10.0.0.1
    #ram_allocation_ratio = 16
    ram_allocation_ratio=1.0
    [database]
    connection = mysql://nova:hunter2@10.0.0.1/nova?virt_type
    virt_type = hunter2
    [libvirt]
    virt_type = kvm
    hw_machine_type = "x86_64=q35"
    cpu_mode: custom
    cpu_mode = host-model
    rbd_secret_uuid = hunter2
    [filter_scheduler]
    enabled_filters = ComputeFilter, AggregateInstanceExtraSpecsFilter
    [neutron]
    password = hunter2
      cpu_mode = hunter2
    [libvirt of old] 
    virt_type = xen

    """

  /// The filter as root would run it, by this machine's own grep.
  private static func filtered(_ text: String) throws -> String {
    let path = NSTemporaryDirectory() + "sevfleet-nova-\(UUID().uuidString).conf"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let argv = RootCommand.novaConf(path: path).argv
    let process = Process()
    process.executableURL = URL(fileURLWithPath: argv[0])
    process.arguments = Array(argv.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus < 2)
    return String(decoding: data, as: UTF8.self)
  }

  @Test func onlyTheWantedWordsLeaveTheHost() throws {
    let text = try Self.filtered(Self.file)
    #expect(!text.contains("rabbit") && !text.contains("mysql") && !text.contains("rbd"))
    // A key of that name in a section of its own is all that a stranger's word can come through as.
    #expect(text.split(separator: "\n").filter { $0.contains("hunter2") } == ["virt_type = hunter2"])
  }

  @Test func theFileIsReadAsNovaReadsIt() throws {
    let conf = NovaConfText.parse(try Self.filtered(Self.file), place: .host("/x"))
    #expect(
      conf
        == NovaConf(
          path: "/x", ramAllocationRatio: "1.0", virtType: "kvm", hwMachineType: "x86_64=q35", cpuMode: "host-model",
          enabledFilters: ["ComputeFilter", "AggregateInstanceExtraSpecsFilter"]))
  }

  @Test(arguments: ["", "[DEFAULT]\n", "virt_type = kvm\n", "[libvirt]\n# virt_type = qemu\n", "\u{0}\n[\n]\n=\n"])
  func whatIsNotSetIsNotSet(text: String) throws {
    #expect(NovaConfText.parse(try Self.filtered(text), place: .host("/x")) == NovaConf(path: "/x"))
  }

  /// oslo.config lets a value go on in indented lines, which are not read: half a list is none.
  @Test(arguments: ["enabled_filters =\n  A,\n  B\n", "enabled_filters = A,\n  B\n"])
  func aListOfSeveralLinesIsUnknown(lines: String) throws {
    let conf = NovaConfText.parse(try Self.filtered("[filter_scheduler]\n" + lines), place: .host("/x"))
    #expect(conf == NovaConf(path: "/x"))
  }

  @Test func processesOfNovaComputeAreFound() throws {
    let listing = """
          1 /sbin/init
        812 /usr/bin/python3 /usr/bin/nova-compute --config-file /etc/nova/nova.conf
        900 nova-compute
        901 grep nova-computer
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf '%s\\n' \(ShellWord.quoted(listing)) | \(NovaConfText.processFilter)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "812\n")
    process.waitUntilExit()
  }

  @Test func placesAreReadStrictly() {
    for place in NovaConfPlace.usual { #expect(NovaConfPlace(place.text) == place) }
    for text in ["", "etc/nova.conf", "container:", "container:nova.conf", "/etc/../x", "/a b", "/a;b", "/.hidden/x"] {
      #expect(NovaConfPlace(text) == nil, "\(text)")
    }
  }

  @Test func fleetYamlNamesPlaces() throws {
    func read(_ text: String) -> Result<Inventory, Diagnostics> {
      InventoryReader.read(
        files: [InventoryFile(path: "fleet.yaml", text: text)], home: "/home/x", openStackConfigured: false,
        mayBeEmpty: true)
    }
    let inventory = try read("nova_conf: [/srv/nova.conf, \"container:/etc/nova/nova.conf\"]\n").get()
    #expect(inventory.novaConf == [.host("/srv/nova.conf"), .container("/etc/nova/nova.conf")])
    #expect(try read("state: /x\n").get().novaConf == nil)
    for bad in ["nova_conf: /x\n", "nova_conf: [x]\n", "nova_conf: [/a b]\n"] {
      #expect(throws: Diagnostics.self) { try read(bad).get() }
    }
  }
}
