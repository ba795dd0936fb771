import { SCREENS } from "../screens/mod.ts";
import { fieldLine } from "../draw/text_field.ts";
import {
  EMPTY,
  fitLine,
  fitParts,
  type Line,
  line,
  lineWidth,
  onGround,
  renderLine,
  seg,
  type Segment,
  spread,
} from "../draw/line.ts";
import { centered, pane } from "../draw/pane.ts";
import { statusTone, statusWord } from "../draw/format.ts";
import { shortRunId } from "../../core/mod.ts";
import { clean, cut, fit, width, wrap } from "../terminal/text.ts";
import { footerKeys, helpSections } from "./keymap.ts";
import type { ScreenId } from "./message.ts";
import { type App, envOf, MIN_COLUMNS, MIN_ROWS, screenOf } from "./model.ts";
import { type Key, keySign } from "./screen.ts";

const NAME = " AgentOp ";
const FOOTER_KEYS_MAX = 8;
/** Footer places from here on are kept whatever else fits. */
const ALWAYS_FROM = 90;
const LEAVE_LIST_MAX = 5;
const HELP_KEY_COLUMNS = 16;

/** The whole frame: one string per row. Pure. */
export function viewApp(app: App): readonly string[] {
  return frame(app).map((row) => renderLine(row, app.theme));
}

function frame(app: App): readonly Line[] {
  const { columns, rows } = app.size;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return tooSmall(columns, rows);
  const env = envOf(app);
  const body = screenOf(app.active).view(app.models[app.active], env);
  const area = Array.from({ length: env.size.rows }, (_, y) => fitLine(body[y] ?? EMPTY, columns));
  const covered = app.leaving
    ? centered(area, leaveBox(app), columns)
    : app.help
    ? centered(area, helpBox(app), columns)
    : area;
  return [header(app), ...covered, footer(app)];
}

function tooSmall(columns: number, rows: number): readonly Line[] {
  const words = ["Too small", `${columns}x${rows}, needs ${MIN_COLUMNS}x${MIN_ROWS}`, "q quits"];
  const top = Math.max(0, Math.floor((rows - words.length) / 2));
  return Array.from({ length: rows }, (_, y) => {
    const text = cut(words[y - top] ?? "", columns);
    return line(
      " ".repeat(Math.max(0, Math.floor((columns - width(text)) / 2))) + text,
      y === top ? "warn" : "dim",
    );
  });
}

function tabs(): readonly { readonly id: ScreenId; readonly text: string }[] {
  return SCREENS.map((screen, index) => ({ id: screen.id, text: ` ${index + 1} ${screen.title} ` }));
}

/** The screen whose name is at column `x` of the header. */
export function headerTabAt(x: number): ScreenId | undefined {
  let at = width(NAME) + 1;
  for (const tab of tabs()) {
    if (x >= at && x < at + width(tab.text)) return tab.id;
    at += width(tab.text);
  }
  return undefined;
}

function header(app: App): Line {
  const left: Segment[] = [seg(NAME, "strong"), seg(" ")];
  for (const tab of tabs()) left.push(seg(tab.text, tab.id === app.active ? "chip" : "dim"));
  if (app.count !== "") left.push(seg(` ${app.count}${app.glyphs.ellipsis}`, "accent"));
  const used = lineWidth(left);
  const endpoint = clean(app.endpoint);
  const room = app.size.columns - used - 2;
  const path = shortPath(clean(app.storePath), room - width(endpoint) - 3);
  const right: Segment[] = width(endpoint) + 1 > room
    ? []
    : path === ""
    ? [seg(`${endpoint} `, "accent")]
    : [seg(path, "dim"), seg(` ${app.glyphs.dot} `, "dim"), seg(`${endpoint} `, "accent")];
  return onGround(spread(left, right, app.size.columns), "header");
}

/** The end of the path says most; nothing when hardly any of it fits. */
function shortPath(path: string, room: number): string {
  if (width(path) <= room) return path;
  const name = path.split("/").at(-1) ?? path;
  if (width(name) + 2 <= room) return `…/${name}`;
  return "";
}

function footer(app: App): Line {
  const { columns } = app.size;
  const notice = app.notice && app.notice.untilMs > app.nowMs ? app.notice : undefined;
  if (notice) {
    const tone = notice.level === "error" ? "error" : notice.level === "warn" ? "warn" : "accent";
    return fitLine([seg(` ${clean(notice.text)}`, tone)], columns);
  }
  const hints = (keys: readonly Key[]) => keys.map((key) => keyHint(key, app));
  const keys = footerKeys(app);
  const always = hints(keys.filter((key) => key.footer! >= ALWAYS_FROM));
  const others = hints(keys.filter((key) => key.footer! < ALWAYS_FROM)).slice(
    0,
    FOOTER_KEYS_MAX - always.length,
  );
  const room = columns - always.reduce((sum, hint) => sum + lineWidth(hint), 0);
  return fitLine([...fitParts(others, 0, room), ...always.flat()], columns);
}

function keyHint(key: Key, app: App): Line {
  const first = key.keys.includes("ctrl+enter") && app.extendedKeys ? "ctrl+enter" : key.keys[0]!;
  return [seg(" "), seg(keySign(first, app.glyphs), "key"), seg(` ${key.label} `, "dim")];
}

function helpBox(app: App): readonly Line[] {
  const help = app.help!;
  const env = envOf(app);
  const columns = Math.min(env.size.columns - 2, 76);
  const rows = env.size.rows - 2;
  const inner = columns - 4;
  const wanted = help.filter.text.trim().toLowerCase();
  const lines: Line[] = [];
  let matches = 0;
  for (const section of helpSections(app)) {
    const hits = section.keys.filter((key) =>
      `${key.keys.join(" ")} ${key.label} ${key.help}`.toLowerCase().includes(wanted)
    );
    if (hits.length === 0) continue;
    if (lines.length > 0) lines.push(EMPTY);
    lines.push([seg(` ${section.title}`, "heading")]);
    for (const key of hits) {
      const signs = key.keys.map((name) => keySign(name, app.glyphs)).join("  ");
      wrap(key.help, inner - HELP_KEY_COLUMNS - 2).forEach((piece, at) =>
        lines.push([seg(`  ${fit(at === 0 ? signs : "", HELP_KEY_COLUMNS)}`, "key"), seg(piece)])
      );
      matches++;
    }
  }
  if (matches === 0) lines.push(line("  no key does that", "dim"));
  const height = rows - 3;
  const top = Math.min(help.top, Math.max(0, lines.length - height));
  return pane(
    [
      [seg(" / ", "key"), ...fieldLine(help.filter, inner - 4, true, "type to filter")],
      ...lines.slice(top, top + height),
    ],
    columns,
    Math.min(rows, lines.length + 3),
    app.glyphs,
    { title: "Keys", focused: true, scroll: { top, total: lines.length + 1 } },
  );
}

function leaveBox(app: App): readonly Line[] {
  const { live } = app.leaving!;
  const columns = Math.min(app.size.columns - 4, 60);
  const inner = columns - 4;
  const runs = live.slice(0, LEAVE_LIST_MAX).map((run): Line => [
    seg(`  ${app.glyphs.status[run.status]} `, statusTone(run.status)),
    seg(`${shortRunId(run.runId)}  `, "dim"),
    seg(fit(clean(run.agent), Math.max(1, inner - 24))),
    seg(` ${statusWord(run.status)}`, statusTone(run.status)),
  ]);
  if (live.length > LEAVE_LIST_MAX) runs.push(line(`  and ${live.length - LEAVE_LIST_MAX} more`, "dim"));
  const choice = (key: string, text: string): Line => [seg(`  ${key}  `, "key"), seg(text)];
  const content: Line[] = [
    EMPTY,
    line(
      live.length === 1 ? " A run started here is live:" : ` ${live.length} runs started here are live:`,
      "strong",
    ),
    ...runs,
    EMPTY,
    choice("k", "keep running: they go on without this window"),
    choice("s", "stop them, then quit"),
    choice("esc", "cancel"),
    EMPTY,
  ];
  return pane(content, columns, content.length + 2, app.glyphs, { title: "Quit?", focused: true });
}
