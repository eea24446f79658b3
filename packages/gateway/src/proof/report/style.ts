/** The whole look of a report: light, dark and on paper. */
export const style: string = `
:root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--soft:#57606a;--edge:#d8dee4;--tint:#f6f8fa;--good:#1a7f37;--bad:#c4232b;--open:#8a5a00;--c0:#1f6feb;--c1:#bc4c00;--c2:#0f7b6c;--c3:#8250df;--c4:#6e7781;--wedge:#1f6feb33;--shade:#8c959f24}
@media (prefers-color-scheme:dark){:root{--page:#0f1318;--ink:#e6edf3;--soft:#9aa5b1;--edge:#30363d;--tint:#181d24;--good:#3fb950;--bad:#ff7b72;--open:#d9a33a;--c0:#6cb0ff;--c1:#f0883e;--c2:#3fc1ae;--c3:#bc8cff;--c4:#9aa5b1;--wedge:#6cb0ff3a;--shade:#8c959f2e}}
@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--edge:#bbb;--tint:#fff;--good:#1a7f37;--bad:#b01020;--open:#7a5000;--c0:#1f5fd0;--c1:#b04500;--c2:#0f7b6c;--c3:#7040cf;--c4:#666;--wedge:#1f6feb33;--shade:#8c959f24}body{padding:0;print-color-adjust:exact}figure,article,tr,.tile,h2,h3{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}}
*{box-sizing:border-box}
body{margin:0 auto;padding:32px 24px 64px;max-width:1040px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.25;margin:4px 0 8px}
h2{font-size:19px;margin:40px 0 8px}
h3{font-size:15px;margin:0}
p{margin:0 0 8px}
code,.digest{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.lead,.advice,.from{color:var(--soft)}
.advice{font-size:13px;margin:2px 0 0}
.rule{overflow-wrap:normal;color:var(--soft);font-size:12px}
.verdict{border:1px solid var(--edge);border-left:8px solid var(--c4);border-radius:6px;padding:16px 20px;background:var(--tint)}
.verdict.good{border-left-color:var(--good)}.verdict.bad{border-left-color:var(--bad)}.verdict.open{border-left-color:var(--open)}
.verdict .word{font-weight:700;text-transform:uppercase;letter-spacing:.06em;font-size:13px}
.good .word{color:var(--good)}.bad .word{color:var(--bad)}.open .word{color:var(--open)}
.from{margin:8px 0 0;font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(126px,1fr));gap:10px;margin:16px 0}
.tile{border:1px solid var(--edge);border-radius:6px;padding:8px 12px}
.tile b{display:block;font-size:20px;line-height:1.4;white-space:nowrap;font-variant-numeric:tabular-nums}
.tile small{font-weight:400;font-size:13px}
.tile span{color:var(--soft);font-size:13px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid var(--edge)}
thead th{color:var(--soft);font-weight:600;font-size:13px}
td p{margin:0}
.number,.numbers td,.numbers th{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.numbers th[scope=row],.numbers th:first-child,.numbers td:first-child,.numbers .wide{text-align:left}
.numbers .wide{white-space:normal}
.wide{width:auto;min-width:220px}
.covers{font-size:12px;color:var(--soft)}
.badge{display:inline-block;border:1px solid;border-radius:99px;padding:0 8px;font-size:12px;font-weight:600;white-space:nowrap}
.badge.passed,.badge.met{color:var(--good)}.badge.failed,.badge.missed{color:var(--bad)}.badge.not-applicable,.badge.unknown{color:var(--open)}
.failure{border:1px solid var(--edge);border-left:4px solid var(--bad);border-radius:6px;padding:10px 14px;margin:8px 0}
.cause{font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}
dt{color:var(--soft)}dd{margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:24px;align-items:start;margin-bottom:16px}
figure{margin:12px 0 20px}
figcaption p{margin:2px 0 4px}
svg{display:block;width:100%;height:auto}
.scroll>svg{min-width:680px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0;padding:0;font-size:13px}
.legend li{display:flex;align-items:center;gap:6px}
.legend .key{width:18px;height:10px}
.legend i{width:12px;height:12px;border-radius:2px}
.key-passed{background:var(--good)}.key-failed{background:var(--bad)}.key-not-applicable{background:var(--open)}.key-fault{background:var(--c3)}.key-note{background:var(--c0)}
.tick{font-size:12px;fill:var(--soft)}
.grid{stroke:var(--edge);stroke-width:1}
.axis{stroke:var(--soft);stroke-width:1}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1);stroke-dasharray:7 3}.c2{stroke:var(--c2);stroke-dasharray:2 3}.c3{stroke:var(--c3);stroke-dasharray:10 3 2 3}.c4{stroke:var(--c4)}
.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:4 4}
.limit-word{font-size:12px;fill:var(--bad);paint-order:stroke;stroke:var(--page);stroke-width:4px}
.shade{fill:var(--shade)}
.wedge{fill:var(--wedge)}
.band{stroke:none;opacity:.28}.band.c0{fill:var(--c0)}.band.c1{fill:var(--c1)}
.trend{stroke:var(--ink);stroke-width:2;stroke-dasharray:2 4;stroke-linecap:round}
.bar{fill:var(--c0)}
rect.passed{fill:var(--good)}rect.failed{fill:var(--bad)}rect.not-applicable{fill:var(--open)}
line.fault{stroke:var(--c3);stroke-width:2}line.note{stroke:var(--c0);stroke-width:2}
.smalls{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:12px}
.small{margin:0;border:1px solid var(--edge);border-radius:6px;padding:8px 12px;font-size:13px}
.small p{color:var(--soft);margin:2px 0 0}
.small figcaption{font-weight:600}
.dash{color:var(--soft)}
`;
