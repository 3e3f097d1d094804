import Foundation

/// An entry of a listing that comes in pages.
protocol Listed: Decodable, Sendable {
  /// Key of the entries in a page; the links are under the same with `_links`.
  static var listName: String { get }
  /// What names the entry to Nova when asking for those after it.
  var marker: String { get }
}

/// One page of a listing: the entries, and whether there is a link to a next one.
struct Page<Entry: Listed>: Decodable {
  let entries: [Entry]
  let hasNext: Bool

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: Key.self)
    entries = try body.decode([Entry].self, forKey: Key(Entry.listName))
    let links = try body.decodeIfPresent([Link].self, forKey: Key(Entry.listName + "_links")) ?? []
    hasNext = links.contains { $0.rel == "next" }
  }

  private struct Link: Decodable { let rel: String }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension NovaClient {
  /// All entries of a listing. Pages are asked for by marker and not by the link's address, which is what Nova thinks
  /// its own address is. A marker that Nova no longer knows (its row was purged) starts the listing over, and so does one
  /// behind which it stands again: a server whose build request becomes an instance between two pages is in both.
  func list<Entry: Listed>(
    _ path: String, _ query: [(String, String)], as: Entry.Type
  ) async throws(OpenStackError) -> [Entry] {
    let limits = service.transport.limits
    var found: [Entry] = []
    var after: String?
    var restarts = 0
    for _ in 0..<limits.pages {
      var request = APIRequest.get(path, query + [("limit", "\(limits.pageSize)")])
      if let after { request.query.append(("marker", after)) }
      let page: Page<Entry>
      do {
        page = try await get(request, as: Page<Entry>.self)
      } catch  where error.kind == .badRequest && after != nil && restarts < limits.pagingRestarts {
        (found, after, restarts) = ([], nil, restarts + 1)
        continue
      }
      found += page.entries
      guard page.hasNext, let last = page.entries.last else { return Self.unique(found) }
      if last.marker != after {
        after = last.marker
      } else if restarts < limits.pagingRestarts {
        (found, after, restarts) = ([], nil, restarts + 1)
      } else {
        break
      }
    }
    throw OpenStackError(
      .pagingEndless, service: .compute, operation: "GET \(path)", text: "the listing does not end",
      expected: "at most \(limits.pages) pages", found: "\(found.count) entries")
  }

  /// Each entry once, as it was read last.
  private static func unique<Entry: Listed>(_ entries: [Entry]) -> [Entry] {
    let last = Dictionary(entries.map { ($0.marker, $0) }, uniquingKeysWith: { $1 })
    var seen: Set<String> = []
    return entries.compactMap { seen.insert($0.marker).inserted ? last[$0.marker] : nil }
  }
}
