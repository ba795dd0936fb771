/** Colours of a light ground. Contrast of text is 4.5:1 or more in both schemes. */
export const LIGHT =
  `--bg:#f7f6f3;--card:#fff;--sunk:#f4f3ef;--fg:#1e2229;--dim:#5a6170;--line:#e2dfd8;--grid:#eceae4;
--blue:#1d56b8;--purple:#6f3ba5;--green:#166c38;--red:#aa1f19;--amber:#855000;--llm:#4f83dd;--tool:#a678d6;--ok:#3f9f63;
--bad:#d9564e;--wait:#e3b34a;--other:#8b93a1;--add:#d8f2df;--addline:#f0faf2;--del:#fbd9d6;--delline:#fdf1f0;--note:#fdf5e0`;

/** And of a dark one. */
export const DARK = `--bg:#131519;--card:#1a1d22;--sunk:#15181c;--fg:#e5e7eb;--dim:#9ba3b0;--line:#2c3139;
--grid:#23272e;--blue:#8ab0fb;--purple:#cda6f5;--green:#7dd29b;--red:#ff9d95;--amber:#e8bc68;--llm:#5f8fe8;--tool:#a97ddb;
--ok:#4fae74;--bad:#e0655c;--wait:#cf9d3a;--other:#77808e;--add:#1c4a2b;--addline:#16271c;--del:#5a2623;--delline:#2b1a1a;
--note:#2a2415`;

/** Only a page that is all ours has these. */
const PAGE = `
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,footer{max-width:74rem;margin:0 auto;padding:0 1.5rem}
main{padding-top:2.25rem}
nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;font-size:.875rem}
nav a{display:inline-block;padding:.25rem 0;text-decoration:none}nav a:hover{text-decoration:underline}
footer{margin-top:3rem;padding-bottom:3rem;color:var(--dim);font-size:.82rem}
`;

/** Text, tables and figures. */
export const BASE = `
*{box-sizing:border-box}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
h1,h2,h3,h4,p,ol,ul,dl,dd{margin:0;padding:0}
ol,ul{list-style:none}
h1{font-size:1.7rem;line-height:1.25;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:1.1rem;margin:2.5rem 0 .75rem;letter-spacing:-.005em}
h3{font-size:inherit;font-weight:600}
h4{font-size:.75rem;font-weight:600;color:var(--dim);margin:1rem 0 .3rem}
a{color:var(--blue);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:4px}
code,pre,kbd{font:.8125rem/1.55 ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{overflow-wrap:anywhere}
pre{margin:.25rem 0;padding:.6rem .8rem;background:var(--sunk);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;
overflow-wrap:anywhere;tab-size:4}
pre.long{max-height:30rem;overflow:auto}
small{font-size:.8rem;font-weight:400;color:var(--dim)}
.dim{color:var(--dim)}.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.brand{font-size:.8rem;color:var(--dim);margin-bottom:.6rem}
.brand b{color:var(--fg)}
.title{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .8rem}
.badge{font-size:.85rem;font-weight:600;padding:.1rem .65rem;border-radius:99px;border:1px solid currentColor;white-space:nowrap}
.meta{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin-top:.4rem;color:var(--dim);font-size:.875rem}
.meta>*{overflow-wrap:anywhere;min-width:0}
.completed,.ok,.same,.added{color:var(--green)}.failed,.error,.interrupted,.removed{color:var(--red)}
.stopped,.paused,.changed,.warn{color:var(--amber)}.running,.waiting{color:var(--blue)}.queued,.cancelled{color:var(--dim)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));margin:1.4rem 0 1rem;background:var(--line);gap:1px;
border:1px solid var(--line);border-radius:10px;overflow:hidden}
.tiles>div{background:var(--card);padding:.7rem 1rem .8rem;min-width:0}
dt{color:var(--dim);font-size:.78rem}
.tiles dd{font-size:1.1rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;line-height:1.35}
.tiles small{display:block;font-weight:400;line-height:1.4;margin-top:.1rem}
.notice{margin:1rem 0;padding:.65rem 1rem;border:1px solid var(--line);border-left:3px solid var(--wait);border-radius:6px;
background:var(--note);overflow-wrap:anywhere}
.notice.bad{border-left-color:var(--bad);background:var(--delline)}.notice.good{border-left-color:var(--ok);background:var(--addline)}
.notice pre{background:none;border:0;padding:0;margin:.2rem 0 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.9rem 1.1rem}
.card>h3:not(:first-child){margin-top:1.1rem}.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.prose{overflow-wrap:anywhere;max-width:48rem}
.prose p,.prose ul,.prose ol,.prose blockquote,.prose pre,.prose .scroll{margin:0 0 .7rem}
.plain{white-space:pre-wrap}
.prose ul{list-style:disc;padding-left:1.4rem}.prose ol{list-style:decimal;padding-left:1.6rem}
.prose .h{font-weight:650;margin-top:1.1rem}.prose>.h:first-child,.prose>:first-child{margin-top:0}.prose>:last-child,.prose li>:last-child{margin-bottom:0}.prose .h1{font-size:1.2rem}.prose .h2{font-size:1.08rem}
.prose code{background:var(--sunk);border:1px solid var(--line);border-radius:4px;padding:.05em .3em}
.prose pre code{background:none;border:0;padding:0}
.prose blockquote{padding-left:.9rem;border-left:3px solid var(--line);color:var(--dim)}
.prose hr{border:0;border-top:1px solid var(--line);margin:1rem 0}
.prose u{text-decoration-style:dotted;text-underline-offset:.2em}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--grid);font-weight:400;overflow-wrap:anywhere;
unicode-bidi:isolate}
td:not(.num){min-width:5.6rem}th[scope=row]{overflow-wrap:break-word;padding-right:.9rem}td svg{margin-top:.35rem}
th:last-child,td:last-child{padding-right:0}
thead th{overflow-wrap:normal;color:var(--dim);font-size:.78rem;white-space:nowrap;border-bottom-color:var(--line)}
tbody:last-child tr:last-child>*{border-bottom:0}
tfoot>tr>*{font-weight:600;border-bottom:0;border-top:1px solid var(--line)}
.num{text-align:right;white-space:nowrap}
`;

/** Steps, differences, receipts. */
export const STEPS = `
.box{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:clip}
.steps>li+li{border-top:1px solid var(--grid)}
.heads,.step>summary{display:grid;grid-template-columns:1.1rem 2.1rem 1rem minmax(0,1fr) minmax(0,.7fr) 5.5rem 6rem 4rem;gap:0 .6rem;
align-items:center;padding:0 1rem}
.heads{color:var(--dim);font-size:.78rem;padding-top:.5rem;padding-bottom:.4rem;border-bottom:1px solid var(--line);background:var(--card);position:sticky;top:0;z-index:1}
.heads .name{grid-column:2/5}
.axis{position:relative;display:grid;grid-template-columns:repeat(4,1fr);text-align:right;white-space:nowrap}
.axis>:first-child{position:absolute;left:0}.axis>:last-child{grid-column-end:-1}
.step>summary{cursor:pointer;min-height:2.35rem;list-style:none}
summary::-webkit-details-marker{display:none}
.step>summary:hover{background:var(--sunk)}
.step>summary:focus-visible{outline-offset:-2px}
.step>summary:before,.fold>summary:before{content:"›";color:var(--dim);font-weight:600;line-height:1;transition:rotate .12s;
justify-self:center;display:inline-block}
[open]>summary:before{rotate:90deg}
.n{color:var(--dim);font-variant-numeric:tabular-nums;font-size:.85rem}
.sign{font-size:.85rem;text-align:center}
.what{min-width:0;font-weight:400;display:flex;gap:.6rem;align-items:baseline;white-space:nowrap;overflow:hidden}
.what b{flex:0 1 auto;min-width:4.5rem;overflow:hidden;text-overflow:ellipsis;unicode-bidi:isolate}
.what .gist{flex:1 1 6rem;min-width:0;overflow:hidden;text-overflow:ellipsis;color:var(--dim);font-size:.85rem;unicode-bidi:isolate}
.llm>summary b{color:var(--blue)}.tool>summary b{color:var(--purple)}
.d1{padding-left:1.1rem}.d2{padding-left:2.2rem}.d3{padding-left:3.3rem}.d4{padding-left:4.4rem}
.gist .warn{margin-right:.4rem}
.fig{text-align:right;font-size:.85rem;color:var(--dim);font-variant-numeric:tabular-nums;white-space:nowrap}
.fig.took{color:var(--fg)}.heads .fig{font-size:inherit;color:inherit}
svg{display:block;width:100%;height:.8rem;overflow:visible}
.bar{background:linear-gradient(90deg,transparent calc(25% - 1px),var(--grid) 0,var(--grid) 25%,transparent 0) 0 0/100% 100%,
linear-gradient(90deg,transparent calc(50% - 1px),var(--grid) 0,var(--grid) 50%,transparent 0),
linear-gradient(90deg,transparent calc(75% - 1px),var(--grid) 0,var(--grid) 75%,transparent 0);align-self:stretch;display:flex;align-items:center}
.b-llm{fill:var(--llm)}.b-tool{fill:var(--tool)}.b-other{fill:var(--other)}.b-bad{fill:var(--bad)}.b-wait{fill:var(--wait)}
.b-ok{fill:var(--ok)}.b-cut{fill:var(--dim)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;color:var(--dim);font-size:.8rem;margin:.5rem 0 0}
.legend svg{display:inline-block;width:.9rem;height:.6rem;margin-right:.4rem}
.step>.in{padding:.2rem 1rem 1.1rem 4.9rem;scroll-margin-top:5.2rem;background:var(--card)}
.step[open]>summary{background:var(--sunk)}
.step>.in:target{box-shadow:inset 3px 0 var(--blue)}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;font-size:.85rem;color:var(--dim);margin-top:.6rem;overflow-wrap:anywhere}
.facts>*{unicode-bidi:isolate}
.fold{margin:.6rem 0 0}.fold>summary{cursor:pointer;list-style:none;display:inline-flex;gap:.55rem;align-items:baseline;font-size:.875rem;
color:var(--dim);padding:.15rem 0}
.fold>summary:hover{color:var(--fg)}
.fold>.in{padding:.1rem 0 .3rem 1rem}
.said{display:flex;flex-wrap:wrap;gap:.15rem .9rem;font-size:.85rem}
.cut{color:var(--amber);font-size:.85rem;margin:.2rem 0}
.k{color:var(--blue)}.s{color:var(--green)}.v{color:var(--purple)}
ins,del{text-decoration:none;border-radius:3px;box-decoration-break:clone;-webkit-box-decoration-break:clone}
ins{background:var(--add);text-decoration:underline;text-decoration-color:var(--ok);text-underline-offset:.2em}
del{background:var(--del);text-decoration:line-through;text-decoration-color:var(--bad)}
.udiff.card{padding:.4rem 0;border-radius:10px;background:var(--card)}
.udiff>span{display:block;padding:.05rem 1rem .05rem 2.1rem;text-indent:-1.2rem;min-height:1.35em}
.udiff .l-add{background:var(--addline)}.udiff .l-del{background:var(--delline)}.udiff .l-at{color:var(--dim)}
.sgn{display:inline-block;width:1.2rem;text-indent:0;color:var(--dim);user-select:none}
.facts+.changes,h3+.changes{margin-top:.5rem}.changes>dt{margin-top:.8rem}.changes>dt:first-child{margin-top:0}.changes>dt code{color:var(--fg)}.changes>dd{margin-top:.2rem}
.b-del,.b-add{border-left:3px solid var(--bad)}.b-add{border-left-color:var(--ok)}
.lone{padding-left:.9rem}.lone>h4:first-child{margin-top:.2rem}
.equal>summary{grid-template-columns:1.1rem 1fr;color:var(--dim)}
.equal>.in{padding-left:2.7rem}
.pair>summary{grid-template-columns:1.1rem 3.6rem 1rem minmax(0,1fr)}.pair .changed{color:var(--amber)}.pair .added{color:var(--green)}.pair .removed{color:var(--red)}
.pair>.in{padding-left:2.7rem}
.chart{overflow-x:auto}.chart svg{width:auto;max-width:100%;height:auto;display:block}.on-dark{display:none}
@media (prefers-color-scheme:dark){.on-light{display:none}.on-dark{display:block}}
`;

const NARROW = `
@media (max-width:56rem){.heads,.step>summary{grid-template-columns:1.1rem 1.7rem 1rem minmax(0,1fr) minmax(0,.7fr) 4rem}
.fig.tok,.fig.usd,.axis>:not(:first-child):not(:last-child){display:none}.step>.in{padding-left:1rem}}
@media (max-width:38rem){main,footer{padding-left:1rem;padding-right:1rem}main{padding-top:1.4rem}h1{font-size:1.4rem}
.tiles{grid-template-columns:1fr 1fr}.tiles>div:last-child:nth-child(odd){grid-column:1/3}
.heads{display:none}.step>summary{grid-template-columns:1rem auto 1rem minmax(0,1fr) auto;padding:.45rem .75rem .5rem;row-gap:.15rem}
.step .bar{grid-column:1/-1;grid-row:2;height:.6rem}.step .bar svg{height:.4rem}.step>.in,.equal>.in,.pair>.in{padding:.1rem .75rem 1rem}
.what{display:block;white-space:normal}.what b{overflow-wrap:anywhere;white-space:normal;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2}.what .gist{display:block;white-space:nowrap}
.equal>summary{grid-template-columns:1rem 1fr}.pair>summary{grid-template-columns:1rem auto 1rem minmax(0,1fr)}table{font-size:.8rem}th,td{padding-right:.6rem}td:not(.num){min-width:4.6rem}thead th{white-space:normal}
.card{padding:.8rem .9rem}.fold>.in{padding-left:0}nav a{padding:.4rem 0}}
`;

const PRINT = `
@page{margin:14mm}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--sunk:#fff;--fg:#000;--dim:#444;--line:#bbb;--grid:#ddd;--blue:#123f8c;--purple:#54267f;
--green:#0d5228;--red:#8c1410;--amber:#6b4000;--note:#fff;--addline:#fff;--delline:#fff;--add:#d8f2df;--del:#fbd9d6}
body{font-size:10.5pt}main,footer{max-width:none;padding:0}main{padding-top:0}nav{display:none}pre.long{max-height:none;overflow:visible}
.on-light{display:block}.on-dark{display:none}.bar{background:none}svg rect,ins,del{-webkit-print-color-adjust:exact;print-color-adjust:exact}
details:not(.bulk)::details-content{content-visibility:visible;block-size:auto}
.fold.bulk:not([open])>summary:after{content:" (not printed)"}
.step>summary,.heads{break-inside:avoid;break-after:avoid}.tiles,tr{break-inside:avoid}h2,h4{break-after:avoid}
.box{overflow:visible}.step>summary:before,.fold>summary:before{content:""}.step>.in{padding-left:3.4rem}
.heads,.step>summary{grid-template-columns:0 2.1rem 1rem minmax(0,1fr) minmax(0,.6fr) 3.6rem 5.4rem 3.6rem}
.fig.tok,.fig.usd{display:block}.axis>:not(:first-child):not(:last-child){display:none}
.tiles{grid-template-columns:repeat(5,1fr)}.tiles>div{padding:.5rem .6rem}}
`;

/**
 * The look of exported pages: dark and light, on a phone, on paper. Nothing in it may load anything (`url`, `@import`,
 * `@font-face`).
 */
export const STYLE =
  `:root{color-scheme:light dark;${LIGHT}}@media (prefers-color-scheme:dark){:root{${DARK}}}${PAGE}${BASE}${STEPS}${NARROW}${PRINT}`;
