extension PageStyle {
  /// What stands around every page.
  static let frame = """
    .skip {
      position: fixed; z-index: 20; left: 1rem; top: -5rem; padding: .6rem 1rem; border-radius: 6px;
      background: var(--strong); color: var(--on-strong); font-weight: 600;
    }
    .skip:focus { top: .6rem; }
    .top { position: sticky; top: 0; z-index: 10; background: var(--panel); border-bottom: 1px solid var(--line); }
    .bar {
      display: flex; align-items: center; gap: .25rem 1.75rem; max-width: 104rem; min-height: 3.5rem; margin: 0 auto;
      padding: 0 1.5rem;
    }
    .brand {
      display: inline-flex; align-items: center; gap: .5rem; padding: .25rem 0; color: var(--text); font-weight: 700;
      font-size: 1.1rem; letter-spacing: -.01em; text-decoration: none;
    }
    .brand .icon { width: 1.45em; height: 1.45em; color: var(--link); }
    .top nav ul { display: flex; gap: .25rem; }
    .top nav a {
      display: block; padding: .45rem .75rem; border-radius: 6px; color: var(--muted); font-weight: 550;
      text-decoration: none;
    }
    .top nav a:hover { background: var(--ground); color: var(--text); }
    .top nav a[aria-current] { background: var(--ground); color: var(--text); box-shadow: inset 0 -2px var(--link); }
    .tools { display: flex; align-items: center; gap: .5rem 1rem; margin-left: auto; }
    .account { display: flex; align-items: center; gap: .75rem; }
    .who { display: inline-flex; align-items: center; gap: .4rem; max-width: 18rem; overflow: hidden; white-space: nowrap; }
    .who b { overflow: hidden; text-overflow: ellipsis; }
    .foot {
      width: 100%; max-width: 104rem; margin: 0 auto; padding: 1rem 1.5rem 1.5rem; color: var(--muted); font-size: .93rem;
    }
    .page-head { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .75rem 2rem; margin-bottom: 1.25rem; }
    .page-head > :first-child { flex: 1 1 24rem; min-width: 0; }
    .title { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .75rem; }
    .page-head .muted { margin-top: .25rem; }
    .actions { display: flex; flex-wrap: wrap; gap: .5rem; }
    .live-line { display: flex; justify-content: flex-end; min-height: 1.4rem; margin: -.75rem 0 .4rem; }
    .live { display: inline-flex; align-items: baseline; gap: .45rem; color: var(--muted); font-size: .93rem; }
    .live::before { content: ""; flex: none; width: .55rem; height: .55rem; border-radius: 50%; background: var(--fill); }
    .live.t-good, .live.t-warn, .live.t-bad { color: var(--ink); }
    .narrow { width: 100%; max-width: 30rem; margin: 8vh auto 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
    .stack { display: grid; gap: .6rem; justify-items: start; }
    .stack input { width: 100%; }
    @media (max-width: 60rem) {
      .bar { flex-wrap: wrap; gap: .25rem 1rem; padding-top: .4rem; }
      .top nav { order: 3; width: 100%; overflow-x: auto; padding-bottom: .4rem; }
    }
    @media (max-width: 40rem) {
      .top { position: static; }
      .bar { padding: .5rem 1rem 0; }
      .bar .tools { gap: .25rem; }
      .who .muted, .who .icon { display: none; }
      .who { max-width: 6rem; }
      .account { gap: .25rem; }
      .account .button, #theme { padding: .3rem .5rem; }
      #theme span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .foot { padding: 1rem; }
      .live-line { justify-content: flex-start; margin: -.25rem 0 .6rem; }
    }
    """
}
