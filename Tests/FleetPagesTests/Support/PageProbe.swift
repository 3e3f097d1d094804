import FleetBrowser

/// Looks at a page in the browser as somebody who checks it for everyone would. Each problem is a sentence.
enum PageProbe {
  /// What a probe saw: problems, and how much it looked at, so that a probe that sees nothing is noticed.
  struct Findings: Sendable {
    var problems: [String]
    var checked: Int
  }

  /// Opens what is folded and lays out what is far away, so that all of it is looked at.
  static let unfold = """
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const far of document.querySelectorAll(".lazy")) far.style.contentVisibility = "visible";
    for (const form of document.querySelectorAll(".action-form")) form.style.position = "static";
    """

  static func run(_ script: String, on page: BrowserPage) async throws -> Findings {
    let found = try await page.evaluate(
      "(() => { const problems = []; let checked = 0; \(script); return { problems, checked }; })()")
    return Findings(problems: found["problems"].elements.compactMap(\.text), checked: found["checked"].int ?? 0)
  }

  /// One heading of the page, no level left out, the landmarks, unique ids, and references that lead somewhere.
  static let structure = """
    const all = (selector) => [...document.querySelectorAll(selector)];
    const say = (is, text) => { checked += 1; if (!is) problems.push(text); };
    say(all("h1").length === 1, `${all("h1").length} h1`);
    say(document.documentElement.lang === "en", "no language");
    say(document.title.length > 0, "no title");
    for (const landmark of ["header", "main", "footer"]) say(all(`body > ${landmark}`).length === 1, `no ${landmark}`);
    let level = 0;
    for (const heading of all("h1, h2, h3")) {
      const own = Number(heading.localName[1]);
      say(own <= level + 1, `${heading.localName} “${heading.textContent}” after h${level}`);
      level = own;
    }
    const ids = new Set();
    for (const { id } of all("[id]")) {
      say(!ids.has(id), `id ${id} twice`);
      ids.add(id);
    }
    for (const name of ["for", "aria-labelledby", "aria-describedby"]) {
      for (const element of all(`[${name}]`)) {
        for (const id of element.getAttribute(name).split(" ")) say(ids.has(id), `${name} names ${id}`);
      }
    }
    for (const link of all("a[href^='#'], use")) say(ids.has(link.getAttribute("href").slice(1)), `no ${link.getAttribute("href")}`);
    for (const field of all("input:not([type=hidden]), select, textarea")) say(field.labels.length > 0, `${field.name} has no label`);
    for (const picture of all("svg:not([aria-hidden=true])")) {
      say(picture.getAttribute("role") === "img", "a chart without role");
      say(picture.hasAttribute("aria-label") || picture.querySelector("title"), "a chart without title");
    }
    for (const table of all("table")) {
      say(table.caption?.textContent.length > 0, "a table without caption");
      say([...table.querySelectorAll("th")].every((head) => head.scope), "a head of a table without scope");
    }
    """

  /// The computed contrast of every text on its ground, with what is transparent laid over what is below it.
  static let contrast = """
    \(unfold)
    const parse = (text) => {
      const numbers = text.match(/[\\d.]+/g).map(Number);
      return text.startsWith("color(srgb") ? [...numbers.slice(0, 3).map((part) => part * 255), numbers[3] ?? 1] : [...numbers.slice(0, 3), numbers[3] ?? 1];
    };
    const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);
    const groundOf = (element) => {
      const layers = [];
      for (let here = element; here; here = here.parentElement) layers.push(parse(getComputedStyle(here).backgroundColor));
      return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const light = (colour) => {
      const [red, green, blue] = colour.map((part) => { const is = part / 255; return is <= 0.04045 ? is / 12.92 : ((is + 0.055) / 1.055) ** 2.4; });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ratio = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };
    const check = (element, style, text) => {
      checked += 1;
      const ground = groundOf(element);
      const found = ratio(over(parse(style.color), ground), ground);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (found < (isLarge ? 3 : 4.5)) problems.push(`${found.toFixed(2)} for “${text.trim().slice(0, 40)}” (${element.localName}.${element.className})`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.nodeValue.trim() === "" || element.closest("svg, script, style")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      if (range.getClientRects().length === 0) continue;
      check(element, getComputedStyle(element), node.nodeValue);
    }
    for (const field of document.querySelectorAll("input[placeholder]")) check(field, getComputedStyle(field, "::placeholder"), field.placeholder);
    for (const icon of document.querySelectorAll("svg.icon")) {
      if (icon.getClientRects().length === 0) continue;
      const ground = groundOf(icon.parentElement);
      checked += 1;
      if (ratio(over(parse(getComputedStyle(icon).stroke), ground), ground) < 3) problems.push(`sign in ${icon.parentElement.className}`);
    }
    """

  /// Nothing sticks out of the window to the right.
  static let width = """
    \(unfold)
    const most = document.documentElement.clientWidth;
    checked = document.querySelectorAll("*").length;
    if (document.documentElement.scrollWidth > most) {
      problems.push(`${document.documentElement.scrollWidth} wide`);
      for (const element of document.querySelectorAll("body *")) {
        if (element.getBoundingClientRect().right > most + 1 && !element.closest(".scroll, .vh, nav")) problems.push(`${element.localName}.${element.className}`);
      }
    }
    """
}
