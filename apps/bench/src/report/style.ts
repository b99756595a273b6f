// The page's style, light and dark by the reader's preference. Charts read the same variables.
export const style = `
:root {
  --background: #f6f7f9; --surface: #fff; --text: #1c2430; --muted: #5d6878; --line: #dde2e9;
  --met: #17803d; --missed: #b3261e;
  --llfree: #2f6fde; --llfree-more: #173f8f; --buddy: #f0a04b; --buddy-more: #b8651a; --peer: #8a94a3;
  --sab: #2f6fde; --wasm: #7a4fd0; --native: #12876f;
  --lmdb: #f0a04b; --better-sqlite3: #c2557a; --classic-level: #8a94a3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --background: #12161c; --surface: #1b212a; --text: #e6eaf0; --muted: #9aa5b4; --line: #303946;
    --met: #56c97c; --missed: #ff8a80;
    --llfree: #5b93f5; --llfree-more: #a9c8ff; --buddy: #d98a3a; --buddy-more: #ffc58a; --peer: #7d8896;
    --sab: #5b93f5; --wasm: #a98bf0; --native: #3fbf9f;
    --lmdb: #d98a3a; --better-sqlite3: #e08aa8; --classic-level: #7d8896;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
header p { margin: .25rem 0 1.25rem; color: var(--muted); }
section { margin: 1.25rem 0; padding: 1.25rem; background: var(--surface); }
section, .notes, .failures { border: 1px solid var(--line); border-radius: 10px; }
section > p { margin: 0 0 1rem; color: var(--muted); overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem 1.25rem; margin: 0; }
.facts dt { color: var(--muted); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.notes, .failures { margin: 1.25rem 0 0; padding: .75rem 1.25rem .75rem 2.25rem; color: var(--muted); }
.failures { border-color: var(--missed); color: var(--missed); }
.chart { position: relative; height: 19rem; margin-bottom: 1rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
.charts .chart { min-width: 0; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .87rem; white-space: nowrap; }
table { font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 500; }
td:nth-child(-n + 2), th:nth-child(-n + 2) { text-align: left; }
tbody tr:last-child td { border-bottom: 0; }
#figures td:nth-child(2) { white-space: normal; }
.met { color: var(--met); } .missed { color: var(--missed); font-weight: 600; }
`
