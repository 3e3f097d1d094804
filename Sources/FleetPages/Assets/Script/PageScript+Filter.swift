extension PageScript {
  /// Filters what stands in `#found` by the form `#filter`, over an array that is made once for each state of the page.
  static let filter = #"""
    let prepared = null;

    function prepare() {
      const items = [];
      for (const element of document.querySelectorAll("#found [data-state]")) {
        const group = element.closest("[data-group]");
        const words = element.dataset.words ?? `${element.textContent} ${group?.dataset.group ?? ""}`;
        items.push({ element, group, state: element.dataset.state, words: words.toLowerCase() });
      }
      return items;
    }

    function applyFilter() {
      const form = document.getElementById("filter");
      if (!form) return;
      prepared ??= prepare();
      const fields = new FormData(form);
      const text = String(fields.get("q") ?? "").trim().toLowerCase();
      const states = new Set(fields.getAll("state"));
      const groups = new Map();
      let shown = 0;
      for (const item of prepared) {
        const isIn = (states.size === 0 || states.has(item.state)) && item.words.includes(text);
        item.element.classList.toggle("out", !isIn);
        if (isIn) shown += 1;
        if (item.group) groups.set(item.group, (groups.get(item.group) ?? false) || isIn);
      }
      for (const [group, isIn] of groups) group.classList.toggle("out", !isIn);
      const all = prepared.length;
      const noun = all === 1 ? "host" : "hosts";
      const count = (number) => number.toLocaleString("en-US");
      const says = shown === all ? `All ${count(all)} ${noun}` : `${count(shown)} of ${count(all)} ${noun}`;
      const status = document.getElementById("shown");
      if (status.textContent !== says) status.textContent = says;
    }

    function filterForm() {
      const form = () => document.getElementById("filter");
      const changed = (event) => {
        if (!event.target.closest?.("#filter")) return;
        applyFilter();
        const fields = new URLSearchParams([...new FormData(form())].filter(([, value]) => value !== ""));
        history.replaceState(null, "", fields.size ? `?${fields}` : location.pathname);
      };
      document.addEventListener("input", changed);
      document.addEventListener("submit", (event) => {
        if (event.target !== form()) return;
        event.preventDefault();
        changed(event);
      });
      if (form()) applyFilter();
    }
    """#
}
