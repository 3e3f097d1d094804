extension PageStyle {
  static let tables = """
    .scroll { position: relative; overflow-x: auto; }
    .grid { width: 100%; border-collapse: collapse; }
    .grid th, .grid td { padding: .45rem .9rem .45rem 0; text-align: left; vertical-align: top; }
    .grid th:last-child, .grid td:last-child { padding-right: 0; }
    .grid thead th { padding-top: 0; border-bottom: 1px solid var(--edge); color: var(--muted); font-size: .93rem; font-weight: 550; white-space: nowrap; }
    .grid tbody th { font-weight: 550; }
    .grid tbody tr { border-bottom: 1px solid var(--line); }
    .grid > tbody:last-child > tr:last-child { border-bottom: 0; }
    .grid tbody tr:hover { background: var(--raised); }
    .grid .num, .grid time { white-space: nowrap; }
    .grid .zero { color: var(--muted); }
    .grid td.ink { font-weight: 600; }
    .bulletins th:first-child { min-width: 16rem; }
    .bulletins .bar-cell { width: 18%; min-width: 8rem; padding-top: .75rem; }
    .grid code, .grid a.mono { white-space: nowrap; }
    td.bar-cell .bar-chart { height: .4rem; margin-top: .2rem; }
    .bulletins td.bar-cell .bar-chart { height: .7rem; margin-top: 0; }
    .grid th, .grid td { overflow-wrap: break-word; }
    .grid .says { min-width: 14rem; }
    .grid th.mono { min-width: 10rem; overflow-wrap: anywhere; }
    .differs th, .differs td { background: var(--raised); font-weight: 600; }
    .differs .badge { font-weight: 650; }
    """

  /// Many rows like those of a table, of which only those in view are laid out.
  static let hosts = """
    .host-row, .host-names {
      display: grid; gap: .2rem .9rem; align-items: baseline;
      grid-template-columns: minmax(8rem, 1.3fr) 8.5rem minmax(7rem, 1.2fr) 5.5rem 6rem minmax(17rem, 2fr) 6rem;
    }
    .host-row > *, .host-names > * { min-width: 0; }
    .host-names { padding-bottom: .45rem; border-bottom: 1px solid var(--edge); color: var(--muted); font-size: .93rem; font-weight: 550; }
    .host-rows > li { padding: .45rem 3px; border-bottom: 1px solid var(--line); contain-intrinsic-size: auto 4rem; }
    .host-names { padding-inline: 3px; }
    .host-rows > li:last-child { border-bottom: 0; }
    .host-row .mono { font-weight: 600; }
    .fold > summary { display: inline-block; margin-left: .1rem; }
    .fold[open] { padding-bottom: .4rem; }
    @media (max-width: 75rem) {
      .host-names { display: none; }
      .host-row { grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); }
      .host-row .what {
        position: static; width: auto; height: auto; margin: 0; overflow: visible; clip-path: none; color: var(--muted);
        font-size: .93rem;
      }
    }
    """
}
