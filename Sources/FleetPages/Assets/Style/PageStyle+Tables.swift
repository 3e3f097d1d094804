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
    .folded tbody tr:first-child { border-bottom: 0; }
    .folded tbody tr:first-child td { padding-bottom: .1rem; }
    .folded .fold > td { padding-top: 0; }
    .folded .fold summary { display: inline-block; }
    .folded .fold details[open] { padding-bottom: .5rem; }
    .folded tbody tr.fold:hover { background: none; }
    .grid th.mono { min-width: 10rem; overflow-wrap: anywhere; }
    @media (max-width: 40rem) { .fold details { position: sticky; left: 0; max-width: calc(100vw - 9.5rem); } }
    .differs th, .differs td { background: var(--raised); font-weight: 600; }
    .differs .badge { font-weight: 650; }
    """
}
