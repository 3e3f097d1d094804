extension PageStyle {
  static let charts = """
    .fill { fill: var(--fill); }
    .bar-chart { display: block; width: 100%; height: .7rem; border-radius: 4px; background: var(--line); overflow: hidden; }
    .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; margin-top: .7rem; }
    .legend li { display: inline-flex; align-items: center; gap: .4rem; }
    .legend .swatch {
      display: inline-grid; place-items: center; width: 1.35rem; height: 1.35rem; border: 1px solid var(--fill);
      border-bottom-width: 4px; border-radius: 4px; background: var(--tint); color: var(--ink); font-size: .8rem;
    }
    .chart .plot { display: grid; grid-template: 11rem auto / auto minmax(0, 1fr); gap: .3rem .6rem; }
    .chart .columns { width: 100%; height: 100%; overflow: visible; }
    .chart .rule { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
    .y-axis { display: flex; flex-direction: column; justify-content: space-between; text-align: right; margin: -.7rem 0; }
    .x-axis { grid-column: 2; display: flex; justify-content: space-between; }
    .y-axis, .x-axis { color: var(--muted); font-size: .86rem; white-space: nowrap; }
    .numbers { margin-top: .7rem; }
    .numbers > summary { display: inline-block; }
    .numbers .scroll { max-height: 18rem; overflow: auto; margin-top: .4rem; }
    """
}
