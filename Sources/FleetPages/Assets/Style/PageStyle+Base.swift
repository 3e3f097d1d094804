extension PageStyle {
  /// Elements as such.
  static let base = """
    *, *::before, *::after { box-sizing: border-box; }
    html { font-size: 87.5%; -webkit-text-size-adjust: 100%; scroll-padding-top: 4.5rem; }
    body {
      margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
      color: var(--text); font-family: var(--sans); line-height: 1.5; font-variant-numeric: tabular-nums;
      overflow-wrap: anywhere;
    }
    main { flex: 1; width: 100%; max-width: 104rem; margin: 0 auto; padding: 1.5rem 1.5rem 3rem; }
    main:focus { outline: none; }
    h1, h2, h3 { margin: 0; line-height: 1.25; font-weight: 650; letter-spacing: -.006em; }
    h1 { font-size: 1.6rem; }
    h2 { font-size: 1.1rem; }
    h3 { font-size: 1rem; }
    p { margin: 0; }
    ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; }
    ul, ol { list-style: none; }
    /* Not as list items: browsers number those anew for each that is hidden, half a minute for 2,000. */
    li { display: block; }
    a { color: var(--link); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 2px; }
    a:hover { text-decoration-thickness: 2px; }
    code, .mono { font-family: var(--mono); font-size: .93em; }
    b { font-weight: 650; }
    .num { font-variant-numeric: tabular-nums; }
    .muted { color: var(--muted); }
    .sub { display: block; color: var(--muted); font-weight: 400; font-family: var(--sans); font-size: .93rem; }
    .ink { color: var(--ink); }
    .icon {
      width: 1.1em; height: 1.1em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.7;
      stroke-linecap: round; stroke-linejoin: round; vertical-align: -.17em;
    }
    .sprite { position: absolute; width: 0; height: 0; overflow: hidden; }
    .vh {
      position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap;
    }
    /* What is far away is laid out once it comes near: thousands of hosts cost what a screenful does. */
    .lazy { content-visibility: auto; }
    .out, .js .no-script { display: none !important; }
    :focus-visible, input[type="date"]:focus-within { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
    /* Where the system sets the colours, what only a colour told is told by a line. */
    @media (forced-colors: active) {
      .chip:has(:checked), .top nav a[aria-current] { outline: 2px solid Highlight; }
      .fill { fill: GrayText; stroke: Canvas; stroke-width: 2; }
    }
    @media (prefers-reduced-motion: reduce) {
      *, *::before, *::after { animation: none !important; transition: none !important; }
    }
    @media (max-width: 40rem) {
      main { padding: 1rem 1rem 2.5rem; }
      h1 { font-size: 1.4rem; }
    }
    """
}
