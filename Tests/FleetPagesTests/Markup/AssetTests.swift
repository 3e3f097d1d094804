import FleetPages
import Testing

/// What pages load besides themselves.
@Suite struct AssetTests {
  @Test func everyAssetHasItsTag() {
    #expect(PageAsset.all.count == 3)
    #expect(Set(PageAsset.all.map(\.tag)).count == PageAsset.all.count)
    for asset in PageAsset.all {
      #expect(asset.tag.utf8.count == 32)
      #expect(asset.link.text.hasPrefix("/assets/"))
      #expect(!asset.body.isEmpty)
    }
  }

  /// No page says where else something lies, so none needs a network beyond its server.
  @Test(arguments: SamplePage.allCases) func nothingFromElsewhere(_ page: SamplePage) {
    let html = page.render()
    for word in ["http://", "https://", "//cdn", "@import", "url("] { #expect(!html.contains(word), "\(word)") }
    for asset in PageAsset.all where asset.contentType.hasPrefix("text") {
      for word in ["http://", "https://", "@import", "url("] { #expect(!asset.body.contains(word), "\(word)") }
    }
  }

  /// Nothing in a page that the policy would have to allow: no script, style or handler of its own.
  @Test(arguments: SamplePage.allCases.filter { !$0.isFile }) func nothingInline(_ page: SamplePage) {
    for tag in MarkupSkeleton.of(page.render()) {
      #expect(tag != "<style>" && tag != "<script>", "\(tag)")
      #expect(!tag.contains(" style") && !tag.contains(" on"), "\(tag)")
    }
    #expect(!PageAsset.contentSecurityPolicy.contains("unsafe"))
  }

  @Test func theReportHasNoScript() {
    let tags = MarkupSkeleton.of(SamplePage.report.render())
    #expect(!tags.contains { $0.hasPrefix("<script") || $0.hasPrefix("<link") || $0.hasPrefix("<form") })
    #expect(tags.contains("<style>"))
  }
}
