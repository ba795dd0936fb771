/** Text from outside as text of a page, in elements and in quoted attributes. */
export function html(text: string): string {
  const visible = text.replace(HIDDEN, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return visible.replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Controls, and what reorders or hides text. */
// deno-lint-ignore no-control-regex
const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Nothing is loaded, nothing is executed, nothing is sent. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root{color-scheme:light dark;--bg:#fbfaf8;--fg:#22242a;--dim:#6c7079;--line:#dcd9d3;--card:#fff;--blue:#2257b8;
--purple:#7a3ea8;--green:#1a7f44;--red:#b3261e;--amber:#94620a;--add:#dff3e4;--del:#fbe3e1}
@media (prefers-color-scheme:dark){:root{--bg:#15171b;--fg:#e4e5e8;--dim:#979ba5;--line:#2d3138;--card:#1c1f25;--blue:#84aaf5;
--purple:#c79bf0;--green:#78cf95;--red:#f2938c;--amber:#e0b25e;--add:#173524;--del:#41211f}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.05rem;margin:2.25rem 0 .6rem}code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:.5rem 0;white-space:pre-wrap;overflow-wrap:anywhere}.dim{color:var(--dim)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem 1.5rem;margin:1.25rem 0}
dt{color:var(--dim);font-size:.8rem}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
details,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:.45rem 0;padding:0 .9rem}
.card{padding:.7rem .9rem}summary{cursor:pointer;padding:.55rem 0;display:flex;gap:.7rem;align-items:baseline}
summary .fill{flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}details>:last-child{margin-bottom:.8rem}
.n{font-variant-numeric:tabular-nums;color:var(--dim);min-width:1.6rem}.llm{color:var(--blue)}.tool{color:var(--purple)}
.completed,.ok,.same{color:var(--green)}.failed,.error,.removed{color:var(--red)}.stopped,.changed{color:var(--amber)}
.added{color:var(--green)}ins{background:var(--add);color:inherit;text-decoration:none}del{background:var(--del);color:inherit}
footer{margin-top:3rem;color:var(--dim);font-size:.85rem}`;

/** A whole page. `body` must be escaped; nothing else may stand in it than what this program wrote. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${html(title)}</title><style>${STYLE}</style></head>
<body><main>
${body}
<footer>Written by AgentOp Studio. This page loads nothing and runs nothing.</footer>
</main></body></html>
`;
}

/** `label`, value pairs as a grid. Values must be escaped. */
export function factGrid(rows: readonly (readonly [label: string, value: string])[]): string {
  return `<dl>${
    rows.map(([label, value]) => `<div><dt>${html(label)}</dt><dd>${value}</dd></div>`).join("")
  }</dl>`;
}

/** A value as the reader of a page wants it: text as it is, the rest as JSON. */
export function block(value: unknown): string {
  return `<pre>${html(typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "")}</pre>`;
}
