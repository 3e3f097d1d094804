/// An element by its name; called with attributes and content it becomes markup.
package struct Tag: Hashable, Sendable {
  private let name: String
  /// Elements that have neither content nor an end.
  private let isVoid: Bool

  private init(_ name: StaticString, isVoid: Bool = false) {
    self.name = "\(name)"
    self.isVoid = isVoid
  }

  package func callAsFunction(
    _ attributes: Attribute?..., @HtmlBuilder content: () -> Html = { .empty }
  ) -> Html {
    self(attributes, content: content)
  }

  package func callAsFunction(_ attributes: [Attribute?], @HtmlBuilder content: () -> Html = { .empty }) -> Html {
    var markup = "<\(name)"
    for attribute in attributes { if let attribute { markup += attribute.text } }
    markup += ">"
    if isVoid { return Html(markup: markup) }
    return Html(markup: "\(markup)\(content().text)</\(name)>")
  }
}

extension Tag {
  package static let html = Tag("html")
  package static let head = Tag("head")
  package static let title = Tag("title")
  package static let meta = Tag("meta", isVoid: true)
  package static let link = Tag("link", isVoid: true)
  package static let script = Tag("script")
  /// For style of the program's own in a file that stands alone.
  static let style = Tag("style")
  package static let body = Tag("body")
  package static let header = Tag("header")
  package static let nav = Tag("nav")
  package static let main = Tag("main")
  package static let footer = Tag("footer")
  package static let section = Tag("section")
  package static let article = Tag("article")
  package static let div = Tag("div")
  package static let span = Tag("span")
  package static let p = Tag("p")
  package static let h1 = Tag("h1")
  package static let h2 = Tag("h2")
  package static let h3 = Tag("h3")
  package static let a = Tag("a")
  package static let b = Tag("b")
  package static let code = Tag("code")
  package static let time = Tag("time")
  package static let ul = Tag("ul")
  package static let ol = Tag("ol")
  package static let li = Tag("li")
  package static let dl = Tag("dl")
  package static let dt = Tag("dt")
  package static let dd = Tag("dd")
  package static let table = Tag("table")
  package static let caption = Tag("caption")
  package static let thead = Tag("thead")
  package static let tbody = Tag("tbody")
  package static let tr = Tag("tr")
  package static let th = Tag("th")
  package static let td = Tag("td")
  package static let form = Tag("form")
  package static let label = Tag("label")
  package static let input = Tag("input", isVoid: true)
  package static let button = Tag("button")
  package static let select = Tag("select")
  package static let option = Tag("option")
  package static let fieldset = Tag("fieldset")
  package static let legend = Tag("legend")
  package static let details = Tag("details")
  package static let summary = Tag("summary")
  package static let figure = Tag("figure")
  package static let figcaption = Tag("figcaption")
  package static let svg = Tag("svg")
  package static let desc = Tag("desc")
  package static let symbol = Tag("symbol")
  package static let use = Tag("use")
  package static let path = Tag("path")
  package static let rect = Tag("rect")
  package static let line = Tag("line")
  package static let text = Tag("text")
  package static let g = Tag("g")
}
