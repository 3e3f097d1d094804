extension PageStyle {
  /// The frame of the report that stands alone.
  static let reportFrame = """
    .report-head, .report .foot { width: 100%; max-width: 84rem; margin: 0 auto; padding: 1.5rem 1.5rem 0; }
    .report main { max-width: 84rem; padding-top: 1rem; }
    .title { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .75rem; }
    .report-head .muted { margin-top: .25rem; }
    .report .foot { padding-bottom: 2rem; color: var(--muted); font-size: .93rem; }
    .host-report { padding: .8rem 0; border-top: 1px solid var(--line); }
    .host-report:first-of-type { border-top: 0; padding-top: 0; }
    @media print {
      .report-head, .report .foot { max-width: none; padding: 0 0 1rem; }
      .grid th, .grid td { padding-right: .6rem; }
      .bulletins th:first-child { min-width: 0; }
      .bulletins .bar-cell { min-width: 5rem; }
    }
    """
}
