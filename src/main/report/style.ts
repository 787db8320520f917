/** The page's style: light or dark like the reader's system, and for print. */
export const style = `
:root{color-scheme:light dark;--canvas:#f6f6f4;--surface:#fff;--sunken:#ecece9;--line:#dededa;--text:#1d1d1b;--muted:#64645f;
--accent:#2a55dd;--present:#17724a;--absent:#a63a1c;--present-fill:#2f9e6b;--absent-fill:#d2694a;--apart:#c4552f}
@media (prefers-color-scheme:dark){:root{--canvas:#141416;--surface:#1c1c1f;--sunken:#2a2a2f;--line:#35353b;--text:#ededf0;
--muted:#a4a4ad;--accent:#9cb4ff;--present:#6bd6a0;--absent:#ffa085;--present-fill:#3fae7d;--absent-fill:#c4694d;--apart:#ff9b78}}
*{box-sizing:border-box}
body{margin:0;background:var(--canvas);color:var(--text);font:15px/1.5 ui-sans-serif,system-ui,"Segoe UI","Noto Sans",Arial,sans-serif}
main{max-width:1240px;margin:0 auto;padding:28px 24px 64px}
h1{font-size:26px;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:18px;margin:0 0 4px}p{margin:0 0 12px}
.muted,caption{color:var(--muted);font-size:13px}
section{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin-top:18px;break-inside:avoid-page}
dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:16px 0 0}
dl.figures div{background:var(--sunken);border-radius:8px;padding:8px 12px}dl.figures dt{color:var(--muted);font-size:13px}
dl.figures dd{margin:0;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}dl.figures dd.more{font-size:13px;font-weight:400;color:var(--muted)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:right;border-top:1px solid var(--line);white-space:nowrap}thead th{border-top:0;color:var(--muted);font-weight:500}
th[scope=row]{font-weight:500;text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:120px}thead th:first-child,thead th.left{text-align:left}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
.balance{display:flex;width:220px;height:12px;border-radius:3px;overflow:hidden;background:var(--sunken)}
.balance i{display:block;height:100%}.p{background:var(--present-fill)}.a{background:var(--absent-fill)}
.key{display:inline-flex;align-items:center;gap:6px;margin-right:16px}.key i{width:12px;height:12px;border-radius:3px;display:inline-block}
.u{background:var(--sunken);border:1px solid var(--line)}
table.heat{width:auto}table.heat th,table.heat td{border:0;padding:2px}table.heat td{width:38px;height:30px;text-align:center;font-size:12px;border-radius:4px}
table.heat thead th{vertical-align:bottom;font-weight:500;height:120px}table.heat thead th span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-height:150px;overflow:hidden;text-overflow:ellipsis}
table.heat th[scope=row]{text-align:right;padding-right:8px;font-size:13px;color:var(--muted);white-space:nowrap;max-width:190px;overflow:hidden;text-overflow:ellipsis}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:20px}.plots h3{font-size:15px;margin:0 0 6px}.plot{width:100%;max-width:440px;height:auto;display:block}
.plot text{fill:var(--muted);font-size:10.5px}.grid{stroke:var(--line);stroke-width:.7}.ideal{stroke:var(--muted);stroke-dasharray:4 3}
.curve{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}.dot{fill:var(--accent)}.whisker{stroke:var(--accent);opacity:.5}.bar{fill:var(--sunken)}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(164px,1fr));gap:14px;margin:10px 0 0;padding:0;list-style:none}
figure{margin:0}figure img,figure .none{width:100%;height:140px;object-fit:cover;border-radius:8px;background:var(--sunken);display:block}
figure .none{display:grid;place-items:center;color:var(--muted);font-size:13px}
figcaption{font-size:13px;margin-top:4px;overflow-wrap:anywhere}figcaption b{font-weight:600}.present{color:var(--present)}.absent{color:var(--absent)}
.byLabel h3{font-size:15px;margin:18px 0 0;overflow-wrap:anywhere}footer{margin-top:24px}
@media print{body{background:#fff}main{max-width:none;padding:0}section{border-radius:0}}
`
