import {
  EMPTY,
  fitLine,
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
import { ASCII, UNICODE } from "../draw/glyphs.ts";
import { centered } from "../draw/pane.ts";
import { toast } from "../draw/toast.ts";
import { clean, cut, width } from "../terminal/text.ts";
import { attentionSign, budgetSign } from "./attend.ts";
import { incomingGauge } from "./incoming.ts";
import { completionBox, confirmBox, helpBox, jumpLine, leaveBox, notebookLine, paletteBox } from "./boxes.ts";
import { scoreBox } from "./score_box.ts";
import { footerKeys, usableKeys } from "./keymap.ts";
import { HEADER_TABS } from "./screen_list.ts";
import type { ScreenId } from "../contract/message.ts";
import { type App, MIN_COLUMNS, MIN_ROWS, modeOf, screenOf } from "./model.ts";
import { envOf } from "./env.ts";
import { shownNotices } from "./notices.ts";
import { type Key, keySign } from "../contract/keys.ts";

const NAME = " AgentOp ";
/** Footer places from here on are kept whatever else fits. */
const ALWAYS_FROM = 90;

/** The whole frame: one string per row. Pure. */
export function viewApp(app: App): readonly string[] {
  const rows = frame(app).map((row) => renderLine(row, app.theme));
  // Whatever was cut says so in the same set of signs.
  return app.glyphs === ASCII ? rows.map((row) => row.replaceAll(UNICODE.ellipsis, ASCII.ellipsis)) : rows;
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
  if (app.score) return scoreBox(app);
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

/** Room for the sign of runs that want a person. */
const SIGN_COLUMNS = 8;
/** And for the number of alerts that nobody has acknowledged. */
const BADGE_COLUMNS = 2;
const BADGE_MAX = 9;

interface HeaderTab {
  readonly id: ScreenId;
  readonly text: string;
}

interface Header {
  /** The program's name, where there is room for it. */
  readonly name: string;
  readonly tabs: readonly HeaderTab[];
  /** The first column after them. */
  readonly end: number;
}

/**
 * Closer together, and without the program's name, where there is no room for the sign and for who answers; tabs stay where they are,
 * whether the sign is there or not.
 */
function headerOf(app: Pick<App, "size" | "attention" | "endpoint" | "timeZone" | "glyphs">): Header {
  const { size, attention, endpoint } = app;
  const open = attention.alerts.length;
  const named = HEADER_TABS.map(({ id, title }, index) => ({
    id,
    text: ` ${index + 1} ${title} ${id === "alerts" && open > 0 ? `${Math.min(open, BADGE_MAX)} ` : ""}`,
  }));
  const near = named.map(({ id, text }) => ({ id, text: text.trimEnd() }));
  const looks = [[NAME, named], [NAME, near], ["", near]] as const;
  const room = size.columns - SIGN_COLUMNS - (open > 0 ? 0 : BADGE_COLUMNS);
  const fits = (columns: number) => looks.find(([name, tabs]) => widthOf(name, tabs) <= columns);
  const beside = room - width(clean(endpoint)) - 2;
  // A zone may take the place that is kept for the sign, but not that of the program's name.
  const hasZone = zoneOf(app) !== "" && widthOf(NAME, near) <= beside;
  const whole = fits(beside - width(zoneOf(app)));
  const [name, tabs] = whole?.[0] === NAME
    ? whole
    : hasZone
    ? looks[1]
    : fits(beside) ?? fits(room) ?? looks[1];
  return { name, tabs, end: widthOf(name, tabs) };
}

/** Whose days and times are shown, before who answers. */
function zoneOf({ timeZone, glyphs }: Pick<App, "timeZone" | "glyphs">): string {
  return timeZone === "UTC" ? "" : `${timeZone} ${glyphs.dot} `;
}

function widthOf(name: string, tabs: readonly HeaderTab[]): number {
  return tabs.reduce((at, tab) => at + width(tab.text), width(name) + 1);
}

/** The screen whose name is at column `x` of the header. */
export function headerTabAt(app: App, x: number): ScreenId | undefined {
  const { name, tabs } = headerOf(app);
  let at = width(name) + 1;
  for (const tab of tabs) {
    if (x >= at && x < at + width(tab.text)) return tab.id;
    at += width(tab.text);
  }
  return undefined;
}

/** Whether column `x` of the header is the sign of runs that want a person. */
export function attentionAt(app: App, x: number): boolean {
  const { end } = headerOf(app);
  return x >= end && x < end + lineWidth(attentionSign(app));
}

function header(app: App): Line {
  const { name, tabs } = headerOf(app);
  const left: Segment[] = [seg(name, "strong"), seg(" ")];
  const shown = screenOf(app)?.under ?? app.active;
  const calls = (id: ScreenId) => id === "alerts" && app.attention.alerts.length > 0;
  for (const { id, text } of tabs) {
    left.push(seg(text, id === shown ? "chip" : calls(id) ? "error" : "dim"));
  }
  left.push(...attentionSign(app));
  if (app.count !== "") left.push(seg(` ${app.count}${app.glyphs.ellipsis}`, "accent"));
  const used = lineWidth(left);
  const space = app.size.columns - used - 2;
  const lost = lostMark(app, space);
  const gauge = gaugeIn(app, space - lineWidth(lost));
  const budget = budgetSign(app, space - lineWidth(lost) - lineWidth(gauge));
  const mark: Line = [...lost, ...budget, ...gauge];
  const room = space - lineWidth(mark);
  const whole = zoneOf(app) + clean(app.endpoint);
  const endpoint = width(whole) + 1 > room ? clean(app.endpoint) : whole;
  const path = shortPath(clean(app.storePath), room - width(endpoint) - 3);
  const right: Line = width(endpoint) + 1 > room
    ? mark
    : path === ""
    ? [...mark, seg(`${endpoint} `, "accent")]
    : [...mark, seg(path, "dim"), seg(` ${app.glyphs.dot} `, "dim"), seg(`${endpoint} `, "accent")];
  return onGround(spread(left, right, app.size.columns), "header");
}

/** Beside who answers, or where there is no room for both in its place. */
function gaugeIn({ attention: { servers }, endpoint, glyphs }: App, room: number): Line {
  const beside = incomingGauge(servers, room - width(clean(endpoint)) - 1, glyphs);
  return beside.length > 0 ? beside : incomingGauge(servers, room, glyphs);
}

/** Beside the store, as long as it is so. */
function lostMark({ hasLostWrites }: App, room: number): Line {
  if (!hasLostWrites) return [];
  const mark = ["! lost writes: agentop doctor ", "! lost writes ", "! "].find((it) => width(it) <= room / 2);
  return [seg(mark ?? "!", "error")];
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
  if (app.notebook) return notebookLine(app.notebook, columns, app.glyphs.enter);
  const { status, hints, always } = footerParts(app);
  return fitLine([...status, ...[...hints, ...always].flatMap((hint) => hint.line)], columns);
}

interface FooterHint {
  /** What to press for it. */
  readonly key: string;
  readonly line: Line;
}

/** As many hints as the width takes, the most useful first; a few are there always. */
function footerParts(app: App) {
  const hint = (key: Key): FooterHint => ({ key: hintedKey(key, app), line: keyHint(key, app) });
  const keys = footerKeys(app);
  const always = keys.filter((key) => (key.footer ?? 0) >= ALWAYS_FROM).map(hint);
  const words = statusOf(app);
  const status: Line = words === undefined ? [] : [seg(" "), seg(` ${clean(words)} `, "chip")];
  let room = app.size.columns - lineWidth(status) - sum(always);
  const hints: FooterHint[] = [];
  for (const key of keys) {
    if ((key.footer ?? 0) >= ALWAYS_FROM) continue;
    const next = hint(key);
    if (lineWidth(next.line) > room) break;
    room -= lineWidth(next.line);
    hints.push(next);
  }
  return { status, hints, always };
}

function sum(hints: readonly FooterHint[]): number {
  return hints.reduce((total, hint) => total + lineWidth(hint.line), 0);
}

/** The key whose hint is at column `x` of the footer. */
export function footerKeyAt(app: App, x: number): string | undefined {
  const { status, hints, always } = footerParts(app);
  let at = lineWidth(status);
  for (const { key, line } of [...hints, ...always]) {
    if (x >= at && x < at + lineWidth(line)) return key;
    at += lineWidth(line);
  }
  return undefined;
}

function statusOf(app: App): string | undefined {
  const covered = app.leaving ?? app.confirm ?? app.palette ?? app.score ?? app.help;
  return covered ? undefined : screenOf(app)?.status?.(app.models[app.active], envOf(app));
}

function keyHint(key: Key, app: App): Line {
  return [seg(" "), seg(keySign(hintedKey(key, app), app.glyphs), "key"), seg(` ${key.label} `, "dim")];
}

function hintedKey(key: Key, app: App): string {
  const usable = usableKeys(key, modeOf(app));
  return usable.includes("ctrl+enter") && app.extendedKeys ? "ctrl+enter" : usable[0]!;
}
