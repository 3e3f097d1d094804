/// The style of the pages, by hand: no build step makes it.
///
/// Every colour is a pair (light, dark) of one variable; text keeps a contrast of 4.5 on every ground it stands on,
/// which the browser tests compute.
enum PageStyle {
  /// Of the pages on the server.
  static let pages = [colours, base, frame, parts, tables, charts, hosts, fleet, rollout, host, print].joined(
    separator: "\n")

  /// Of the report that stands alone.
  static let report = [colours, base, parts, tables, charts, reportFrame, print].joined(separator: "\n")
}
