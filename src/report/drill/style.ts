/** Of every page of a drill: light and dark, on a phone and on paper, and nothing is loaded. */
export const pageStyle = `
:root { color-scheme: light dark; --bad: #c0392b; --good: #1e8449; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
.score strong { font-size: 3rem; }
.curves { overflow-x: auto; }
svg { width: 100%; min-width: 40rem; height: auto; }
svg text { font: 10px system-ui, sans-serif; fill: currentColor; }
svg polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
svg .lost { stroke: var(--bad); }
svg .area { fill: var(--bad); opacity: .2; }
svg .alone { stroke: #888; stroke-dasharray: 4 3; }
svg .tiers { stroke: #d68910; }
svg .pods { stroke: #2471a3; }
svg .nodes { stroke: #7d3c98; }
svg line { stroke: currentColor; stroke-width: .5; opacity: .5; }
svg .page { stroke-dasharray: 2; opacity: 1; }
svg .act { stroke: var(--good); stroke-width: 1; opacity: .6; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8884; }
th { white-space: nowrap; font-weight: 600; }
.points { white-space: nowrap; }
.good::marker { content: '✓ '; color: var(--good); }
.bad::marker { content: '✗ '; color: var(--bad); }
`
