/// The script of the pages, by hand. Every page works without it: it adds the theme, filtering at once, and news.
enum PageScript {
  static let text =
    "\"use strict\";\n(() => {\n" + [theme, forms, filter, morph, live, start].joined(separator: "\n") + "\n})();\n"

  /// Runs before anything is drawn, so that no page flashes in the other theme.
  static let theme = #"""
    const root = document.documentElement;
    const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
    const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* it lasts as long as the page */ } };
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
    root.classList.add("js");
    if (["light", "dark"].includes(kept())) root.dataset.theme = kept();

    function themeButton() {
      const button = document.getElementById("theme");
      if (!button) return;
      const show = () => {
        button.querySelector("span").textContent = isDark() ? "Light theme" : "Dark theme";
        button.querySelector("use").setAttribute("href", isDark() ? "#i-sun" : "#i-moon");
      };
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        keep(root.dataset.theme);
        show();
      });
      system.addEventListener("change", show);
      button.hidden = false;
      show();
    }
    """#

  /// One form of an action is open at a time, and Escape closes it where it was opened.
  static let forms = #"""
    function actionForms() {
      document.addEventListener("toggle", (event) => {
        const opened = event.target;
        if (!opened.open || !opened.matches("details.action")) return;
        for (const other of document.querySelectorAll("details.action[open]")) if (other !== opened) other.open = false;
      }, true);
      document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        const opened = document.querySelector("details.action[open]");
        if (!opened) return;
        opened.open = false;
        opened.querySelector("summary").focus();
      });
    }
    """#

  static let start = #"""
    document.addEventListener("DOMContentLoaded", () => {
      themeButton();
      actionForms();
      filterForm();
      follow();
    });
    """#
}
