extension PageStyle {
  static let fleet = """
    .domain { margin: -4px -4px 1.25rem; padding: 4px; contain-intrinsic-size: auto 20rem; }
    .domain-head { display: grid; grid-template-columns: auto auto minmax(4rem, 14rem); align-items: baseline; gap: .25rem .9rem; margin-bottom: .55rem; }
    .domain-head { justify-content: start; }
    .domain-head .bar-chart { height: .45rem; align-self: center; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .4rem; }
    .tiles > li { min-width: 0; }
    .tile {
      display: block; padding: .35rem .65rem .4rem; border: 1px solid var(--line); border-left: 4px solid var(--fill);
      border-radius: 6px; background: var(--tint); color: var(--ink); text-decoration: none; line-height: 1.35;
    }
    .tile:hover { border-color: var(--fill); }
    .tile b, .tile span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .tile b { font-family: var(--mono); font-size: .97rem; }
    .tile b .icon { margin-right: .35rem; }
    .tile span { font-size: .9rem; }
    @media (max-width: 40rem) { .tiles { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); } }
    """

  static let rollout = """
    .wave > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; list-style: none; }
    .wave > summary::-webkit-details-marker { display: none; }
    .wave > summary::before { align-self: center; margin-right: 0; color: var(--muted); }
    .wave .hosts { margin-top: .6rem; }
    .wave .hosts > li { padding: .65rem 0; border-top: 1px solid var(--line); }
    .host-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .75rem; }
    .host-line > a { font-weight: 650; }
    .steps { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 3px; margin-top: .5rem; }
    .step {
      display: flex; flex-wrap: wrap; align-items: center; gap: 0 .3rem; min-width: 0; padding: .2rem .5rem .15rem;
      border-top: 3px solid var(--fill); background: var(--tint); color: var(--ink); font-size: .86rem; line-height: 1.4;
    }
    .step .num { color: inherit; width: 100%; min-height: 1.2rem; }
    .step.t-busy .icon { animation: turn 2s linear infinite; }
    @keyframes turn { to { transform: rotate(1turn); } }
    @media (max-width: 70rem) { .steps { grid-template-columns: repeat(5, minmax(0, 1fr)); } }
    @media (max-width: 40rem) {
      .step { padding: .2rem .25rem .15rem; font-size: .79rem; letter-spacing: -.01em; }
      .step .icon { width: 100%; height: 1em; }
      .step > span:not(.vh) { width: 100%; overflow: hidden; text-overflow: ellipsis; }
    }
    """

  static let host = """
    .story > li {
      position: relative; display: grid; grid-template-columns: 11.5rem minmax(0, 1fr) auto; gap: .1rem 1rem;
      padding: .35rem 0 .35rem 1.4rem;
    }
    .story > li::before {
      content: ""; position: absolute; left: .1rem; top: .75rem; width: .6rem; height: .6rem; border-radius: 50%;
      background: var(--fill);
    }
    .story > li::after { content: ""; position: absolute; left: calc(.4rem - 1px); top: 1.6rem; bottom: -.5rem; width: 2px; background: var(--line); }
    .story > li:last-child::after { display: none; }
    .story time { color: var(--muted); white-space: nowrap; }
    .story span { overflow-wrap: anywhere; }
    .story .t-bad span, .story .t-warn span, .story .t-alert span { color: var(--ink); font-weight: 550; }
    @media (max-width: 48rem) { .story > li { grid-template-columns: minmax(0, 1fr); } }
    """

  static let print = """
    @page { size: A4; margin: 14mm 12mm; }
    @media print {
      :root, :root[data-theme] { color-scheme: light; }
      html { font-size: 62.5%; }
      body { background: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      main { max-width: none; padding: 0; }
      .top, .skip, .filter, .actions, .live-line, .numbers { display: none !important; }
      .panel { padding: 0; border: 0; background: none; }
      .scroll { overflow: visible; }
      .lazy { content-visibility: visible; }
      thead { display: table-header-group; }
      tr, .statements > li, .chart, .host-line, .notice { break-inside: avoid; }
      h2, h3, .panel-head { break-after: avoid; }
      a { color: inherit; text-decoration: none; }
    }
    """
}
