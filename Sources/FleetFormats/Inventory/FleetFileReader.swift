import FleetCore

/// Reads fleet.yaml: how to log in, which cloud, where the state lies.
struct FleetFileReader {
  private(set) var ssh = SSHPatch()
  private(set) var cloud: String?
  private(set) var statePath: String?
  private(set) var novaConf: [NovaConfPlace]?

  init(_ root: YamlNode, ssh reader: SSHPatchReader, log: DiagnosticLog) {
    guard let map = YamlMap(root, name: "fleet.yaml", keys: ["ssh", "openstack", "state", "nova_conf"], log: log)
    else { return }
    if let field = map["ssh"] { ssh = reader.read(field) }
    if let field = map["openstack"], let openstack = field.map(keys: ["cloud"]) {
      cloud = openstack.required("cloud")?.text("the name of an entry of clouds.yaml", where: NameText.isPrintable)
    }
    statePath = map["state"].flatMap { reader.path($0) }
    novaConf = map["nova_conf"]?.list(maximum: InventoryLimits.novaConf) { field in
      field.text("an absolute path of plain characters, or one behind container:") { NovaConfPlace($0) != nil }
        .flatMap { NovaConfPlace($0) }
    }
  }
}
