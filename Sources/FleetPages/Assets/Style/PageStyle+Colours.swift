extension PageStyle {
  static let colours = """
    :root {
      color-scheme: light dark;
      --ground: light-dark(#f5f6f8, #0d1117);
      --panel: light-dark(#ffffff, #151b23);
      --raised: light-dark(#f9fafb, #1b222c);
      --line: light-dark(#dce1e8, #2a323d);
      --edge: light-dark(#868f9c, #6b7684);
      --text: light-dark(#18202a, #e4e9ef);
      --muted: light-dark(#56606d, #9aa5b3);
      --link: light-dark(#1a56c4, #82b3ff);
      --strong: light-dark(#1a56c4, #2f6fe0);
      --on-strong: #ffffff;
      --focus: light-dark(#1a56c4, #8fbcff);
      --shadow: light-dark(rgb(24 32 42 / .12), rgb(0 0 0 / .5));
      --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
      --ink: var(--text);
      --tint: var(--raised);
      --fill: light-dark(#98a2af, #5d6875);
    }
    :root[data-theme="light"] { color-scheme: light; }
    :root[data-theme="dark"] { color-scheme: dark; }
    .t-good { --ink: light-dark(#12602b, #74da8f); --tint: light-dark(#e4f4e8, #12281a); --fill: light-dark(#2f9e4f, #37a457); }
    .t-fair { --ink: light-dark(#0a5f68, #62d2da); --tint: light-dark(#dff2f4, #0f282c); --fill: light-dark(#1a97a3, #1f8f9b); }
    .t-warn { --ink: light-dark(#744900, #efc25d); --tint: light-dark(#fcf0d6, #2c230c); --fill: light-dark(#cf9412, #b98515); }
    .t-alert { --ink: light-dark(#8c3907, #ffa673); --tint: light-dark(#fde9dd, #321c0f); --fill: light-dark(#db6a2b, #cf6630); }
    .t-info { --ink: light-dark(#1b4d9b, #8fbaff); --tint: light-dark(#e4edfb, #14233c); --fill: light-dark(#4a84db, #4379cc); }
    .t-busy { --ink: light-dark(#573aa0, #c5adff); --tint: light-dark(#ece7fa, #231b3b); --fill: light-dark(#8565d3, #7d5fcb); }
    .t-bad { --ink: light-dark(#a01528, #ff96a1); --tint: light-dark(#fde6e8, #38151b); --fill: light-dark(#cf2f46, #d0394f); }
    .t-idle { --ink: light-dark(#4a5461, #b3bdc9); --tint: light-dark(#eaedf1, #222932); --fill: light-dark(#98a2af, #5d6875); }
    .t-quiet { --ink: light-dark(#56606d, #9aa5b3); --tint: light-dark(#f3f5f7, #1a2029); --fill: light-dark(#d5dae1, #323b46); }
    """
}
