extension PageStyle {
  /// Parts that several pages share.
  static let parts = """
    .panel { margin-bottom: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
    .panel-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; margin-bottom: .75rem; }
    .pair { display: grid; grid-template-columns: minmax(18rem, 2fr) minmax(0, 5fr); gap: 0 1rem; }
    .empty { padding: .25rem 0; color: var(--muted); }
    .badge {
      display: inline-block; padding: .05rem .55rem; border-radius: 1rem; background: var(--tint); color: var(--ink); font-size: .93rem; font-weight: 600; white-space: nowrap;
      font-family: var(--sans); letter-spacing: 0;
    }
    .badge .icon { margin-right: .35rem; }
    .button {
      display: inline-flex; align-items: center; gap: .4rem; min-height: 2.3rem; padding: .3rem .8rem;
      border: 1px solid var(--edge); border-radius: 6px; background: var(--panel); color: var(--text);
      font: inherit; font-weight: 550; text-decoration: none; white-space: nowrap; cursor: pointer;
    }
    .button:hover { background: var(--ground); }
    .button.primary { border-color: var(--strong); background: var(--strong); color: var(--on-strong); }
    .button.primary:hover { filter: brightness(1.08); }
    .button.grave { border-color: light-dark(#a01528, #ff96a1); color: light-dark(#a01528, #ff96a1); }
    .action-form .button.grave { border-color: #b3182e; background: #b3182e; color: #ffffff; }
    .button.quiet { border-color: transparent; background: transparent; color: var(--muted); }
    .button.quiet:hover { background: var(--ground); color: var(--text); }
    .button[hidden] { display: none; }
    input[type="text"], input[type="search"], input[type="password"], input[type="date"] {
      min-height: 2.3rem; padding: .3rem .65rem; border: 1px solid var(--edge); border-radius: 6px;
      background: var(--panel); color: var(--text); font: inherit;
    }
    input::placeholder { color: var(--muted); opacity: 1; }
    label { font-weight: 550; }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem 1.5rem; margin-top: .85rem; }
    .facts dt { color: var(--muted); font-size: .93rem; }
    .facts dd { font-weight: 550; }
    .facts code { font-weight: 400; }
    .rows > li { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .75rem; padding: .45rem 0; }
    .rows > li + li { border-top: 1px solid var(--line); }
    .notice {
      display: flex; gap: .75rem; margin-bottom: 1rem; padding: .75rem 1rem; border: 1px solid var(--fill);
      border-left-width: 4px; border-radius: 8px; background: var(--tint); color: var(--ink);
    }
    .notice .icon { margin-top: .2rem; }
    .notice .fact, .notice .muted, .notice .grade { color: inherit; }
    .filter { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem .75rem; margin-bottom: 1rem; }
    .filter .field { display: grid; gap: .2rem; }
    .as-of > a { padding-bottom: .4rem; }
    .filter.as-of, .filter:has(.field) { align-items: flex-end; }
    .find { position: relative; flex: 0 1 20rem; }
    .find .icon { position: absolute; left: .7rem; top: .75rem; color: var(--muted); }
    .find input { width: 100%; padding-left: 2.1rem; }
    .filter fieldset { display: flex; flex-wrap: wrap; gap: .4rem; min-width: 0; }
    .chip {
      position: relative; display: inline-flex; align-items: center; gap: .35rem; min-height: 2.1rem; padding: .1rem .7rem;
      border: 1px solid var(--line); border-radius: 1.1rem; background: var(--panel); color: var(--ink);
      font-weight: 550; cursor: pointer; user-select: none;
    }
    .chip input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
    .chip:hover { background: var(--tint); }
    .chip:has(:checked) { border-color: var(--ink); background: var(--tint); box-shadow: inset 0 0 0 1px var(--ink); }
    .chip:has(:focus-visible) { outline: 2px solid var(--focus); outline-offset: 2px; }
    .action { position: relative; }
    .action > summary { list-style: none; }
    .action > summary::-webkit-details-marker { display: none; }
    .action-form {
      position: absolute; right: 0; z-index: 5; display: grid; gap: .6rem; width: min(24rem, calc(100vw - 2rem));
      margin-top: .4rem; padding: 1rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--panel);
      box-shadow: 0 8px 24px var(--shadow);
    }
    .action-form .button { justify-self: start; }
    .fact { color: var(--muted); font-size: .93rem; }
    .grade { color: var(--muted); font-size: .93rem; white-space: nowrap; }
    .statements > li { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .6rem; padding: .3rem 0; border-top: 1px solid var(--line); }
    .statements > li > *, .rows > li > *, .host-line > * { min-width: 0; }
    .statements .note { margin-left: auto; color: var(--muted); font-size: .93rem; }
    .levels { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .4rem 0; }
    .levels dt { color: var(--muted); font-size: .93rem; }
    .differs-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .5rem; margin-bottom: .4rem; }
    .features { display: flex; flex-wrap: wrap; gap: .1rem .8rem; }
    .features li { display: inline-flex; align-items: center; gap: .25rem; font-size: .93rem; white-space: nowrap; }
    summary { cursor: pointer; }
    .numbers > summary, .fold > summary { list-style: none; color: var(--muted); font-size: .93rem; }
    .wave > summary::before, .numbers > summary::before, .fold > summary::before {
      content: ""; display: inline-block; flex: none; width: .45rem; height: .45rem; margin-right: .45rem;
      border: solid currentColor; border-width: 0 2px 2px 0; transform: translateY(-.08rem) rotate(-45deg);
    }
    .wave[open] > summary::before, .numbers[open] > summary::before, .fold[open] > summary::before {
      transform: translateY(-.15rem) rotate(45deg);
    }
    .chain { margin-bottom: 1rem; }
    .more { margin-top: .75rem; }
    @media (max-width: 60rem) { .pair { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 40rem) {
      .panel { padding: .85rem 1rem; }
      .find { flex: 1 1 100%; }
      .actions { width: 100%; }
      .action { position: static; }
      .action-form { left: 1rem; right: 1rem; width: auto; }
      .page-head { position: relative; }
      .action-form { left: 0; right: 0; }
      .statements .note { margin-left: 0; }
    }
    """
}
