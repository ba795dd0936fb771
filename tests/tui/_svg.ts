import xterm from "@xterm/headless";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Bench } from "./bench.ts";
import { everyState, waitingRun } from "./scenario.ts";
const [c, r] = [Number(Deno.args[0]), Number(Deno.args[1])]; const what = Deno.args[2]; const bgName = Deno.args[4] ?? "dark";
await using b = await Bench.open([c, r], async (s, h) => { await everyState(s, h); if (what === "approve") await waitingRun(s, h); }, {}, { background: bgName as "dark" });
await b.see(/writer/);
const keys: Record<string, string[]> = { live: ["enter"], done: ["j", "enter", "3j"], launch: ["l", "enter", "Count the rows"], approve: ["enter"], runs: ["2j"] };
for (const k of keys[what] ?? []) { b.press(k); await b.steady(); }
if (what === "approve") { b.press("a"); await b.steady(); }
const t = new xterm.Terminal({ cols: c, rows: r, allowProposedApi: true, scrollback: 0 }); t.loadAddon(new UnicodeGraphemesAddon());
await new Promise<void>((res) => t.write(b.terminal.raw, res));
const pal = (n: number): string => { if (n < 16) return ["#000","#c33","#3c3","#cc3","#36c","#c3c","#3cc","#ccc","#666","#f66","#6f6","#ff6","#66f","#f6f","#6ff","#fff"][n]!; if (n >= 232) { const v = 8 + (n - 232) * 10; return `rgb(${v},${v},${v})`; } const k = n - 16; const f = (x: number) => x === 0 ? 0 : 55 + x * 40; return `rgb(${f(Math.floor(k / 36))},${f(Math.floor(k / 6) % 6)},${f(k % 6)})`; };
const W = 8.43, H = 17; const base = bgName === "light" ? "#ffffff" : "#161616"; let s = `<svg xmlns="http://www.w3.org/2000/svg" width="${c * W}" height="${r * H}"><rect x="0" y="0" width="${c * W}" height="${r * H}" fill="${base}"/>`;
for (let y = 0; y < r; y++) { const line = t.buffer.active.getLine(y)!; for (let x = 0; x < c; x++) { const cell = line.getCell(x)!; const bg = cell.isBgPalette() ? pal(cell.getBgColor()) : undefined; if (bg) s += `<rect x="${x * W}" y="${y * H}" width="${W + 0.3}" height="${H}" fill="${bg}"/>`; } 
 for (let x = 0; x < c; x++) { const cell = line.getCell(x)!; const ch = cell.getChars(); if (!ch || ch === " ") continue; const fg = cell.isFgPalette() ? pal(cell.getFgColor()) : (bgName==="light"?"#000":"#ddd"); if (ch === "█") { s += `<rect x="${x * W}" y="${y * H+2}" width="${W+0.3}" height="${H-4}" fill="${fg}"/>`; continue; } s += `<text x="${x * W}" y="${y * H + 13}" font-family="DejaVu Sans Mono" font-size="14" ${cell.isBold() ? 'font-weight="bold"' : ""} fill="${fg}">${ch.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`; } }
await Deno.writeTextFile(Deno.args[3]!, s + "</svg>");
