import {
  EMPTY,
  fitLine,
  fitParts,
  type Line,
  line,
  lineWidth,
  onGround,
  overlay,
  renderLine,
  seg,
  type Segment,
  spread,
} from "../draw/line.ts";
import { centered } from "../draw/pane.ts";
import { toast } from "../draw/toast.ts";
import { clean, cut, width } from "../terminal/text.ts";
import { completionBox, confirmBox, helpBox, jumpLine, leaveBox, paletteBox } from "./boxes.ts";
import { footerKeys, usableKeys } from "./keymap.ts";
import { HEADER_TABS } from "./screen_list.ts";
import type { ScreenId } from "../contract/message.ts";
import { type App, MIN_COLUMNS, MIN_ROWS, modeOf, screenOf } from "./model.ts";
import { envOf } from "./env.ts";
import { shownNotices } from "./notices.ts";
import { type Key, keySign } from "../contract/keys.ts";

const NAME = " AgentOp ";
const FOOTER_KEYS_MAX = 8;
/** Footer places from here on are kept whatever else fits. */
const ALWAYS_FROM = 90;

/** The whole frame: one string per row. Pure. */
export function viewApp(app: App): readonly string[] {
  return frame(app).map((row) => renderLine(row, app.theme));
}

function frame(app: App): readonly Line[] {
  const { columns, rows } = app.size;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return tooSmall(columns, rows);
  const env = envOf(app);
  const body = screenOf(app)?.view(app.models[app.active], env) ?? [];
  const area = Array.from({ length: env.size.rows }, (_, y) => fitLine(body[y] ?? EMPTY, columns));
  const covered = boxOver(app);
  const shown = covered ? centered(area, covered, columns) : area;
  return [header(app), ...withToasts(app, withCompletions(app, shown)), footer(app)];
}

function boxOver(app: App): readonly Line[] | undefined {
  if (app.leaving) return leaveBox(app);
  if (app.confirm) return confirmBox(app);
  if (app.palette) return paletteBox(app);
  return app.help ? helpBox(app) : undefined;
}

/** Messages in the lower right corner, the newest at the bottom. */
function withToasts(app: App, area: readonly Line[]): readonly Line[] {
  const notices = shownNotices(app.notices, app.nowMs);
  if (notices.length === 0) return area;
  const { columns } = app.size;
  const rows = notices.flatMap((notice) => toast(notice, columns, app.glyphs));
  const first = area.length - rows.length;
  return area.map((row, y) => {
    const over = rows[y - first];
    return over ? overlay(row, over, columns - lineWidth(over), columns) : row;
  });
}

/** What the jump line could become, above it. */
function withCompletions(app: App, area: readonly Line[]): readonly Line[] {
  if (!app.jump) return area;
  const box = completionBox(app);
  const first = area.length - box.length;
  return area.map((row, y) => {
    const over = box[y - first];
    return over ? overlay(row, over, 0, app.size.columns) : row;
  });
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
  return HEADER_TABS.map((screen, index) => ({
    id: screen.id,
    text: ` ${screen.digit ?? index + 1} ${screen.title} `,
  }));
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
  const zone = app.timeZone === "UTC" ? "" : `${app.timeZone} ${app.glyphs.dot} `;
  const room = app.size.columns - used - 2;
  const whole = zone + clean(app.endpoint);
  const endpoint = width(whole) + 1 > room ? clean(app.endpoint) : whole;
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
  if (app.jump) return jumpLine(app.jump, columns);
  const hints = (keys: readonly Key[]) => keys.map((key) => keyHint(key, app));
  const keys = footerKeys(app);
  const always = hints(keys.filter((key) => key.footer! >= ALWAYS_FROM));
  const others = hints(keys.filter((key) => key.footer! < ALWAYS_FROM)).slice(
    0,
    FOOTER_KEYS_MAX - always.length,
  );
  const words = statusOf(app);
  const status: Line = words === undefined ? [] : [seg(" "), seg(` ${clean(words)} `, "chip")];
  const room = columns - lineWidth(status) - always.reduce((sum, hint) => sum + lineWidth(hint), 0);
  return fitLine([...status, ...fitParts(others, 0, room), ...always.flat()], columns);
}

function statusOf(app: App): string | undefined {
  const covered = app.leaving ?? app.confirm ?? app.palette ?? app.help;
  return covered ? undefined : screenOf(app)?.status?.(app.models[app.active], envOf(app));
}

function keyHint(key: Key, app: App): Line {
  const usable = usableKeys(key, modeOf(app));
  const first = usable.includes("ctrl+enter") && app.extendedKeys ? "ctrl+enter" : usable[0]!;
  return [seg(" "), seg(keySign(first, app.glyphs), "key"), seg(` ${key.label} `, "dim")];
}
