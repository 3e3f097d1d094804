import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Who put images into the catalog. The catalog is a folder of files and needs no state; where there is no journal to
/// write to, that is said and nothing else fails.
enum CatalogAudit {
  static func tell(_ added: [CatalogAddition], _ options: GlobalOptions) {
    let images = added.map(\.folder).joined(separator: ", ")
    do {
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      try context.store().audit(Action(by: Operator.name, .addImages, images), at: SystemClock().now())
    } catch {
      Output.note("not in the audit log: \(CommandError(error).text)")
    }
  }
}
