import type { ServerNote } from "../../core/mod.ts";
import { compact, plural } from "../../present/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { type Line, lineWidth, seg } from "../draw/line.ts";
import { clean, cut } from "../terminal/text.ts";

const SENDER_COLUMNS = 24;

/**
 * What comes in from other programs, in as many words as there is room for: how many spans a second, last from whom, and how much of it
 * went wrong. Nothing while nothing serves.
 */
export function incomingGauge(servers: readonly ServerNote[], room: number, glyphs: Glyphs): Line {
  if (servers.length === 0) return [];
  const sum = (of: (it: ServerNote) => number) => servers.reduce((total, it) => total + of(it), 0);
  const rate = compact(Math.ceil(sum((it) => it.spansPerSecond)));
  const errors = sum((it) => it.errors);
  const [last] = servers.flatMap(({ sender }) => sender ?? []);
  const sender = last === undefined ? [] : [seg(`${cut(clean(last), SENDER_COLUMNS)} `, "dim")];
  const wrong = errors === 0 ? "" : `${compact(errors)} `;
  const looks: readonly Line[] = [
    [
      seg(`${glyphs.down} ${rate} spans/s `, "live"),
      ...(last === undefined ? [seg("serving ", "dim")] : [seg("from ", "dim"), ...sender]),
      ...(errors === 0 ? [] : [seg(`${plural(errors, "error")} `, "error")]),
    ],
    [
      seg(`${glyphs.down} ${rate}/s `, "live"),
      ...sender,
      ...(errors === 0 ? [] : [seg(`${glyphs.status.failed} ${wrong}`, "error")]),
    ],
    [
      seg(`${glyphs.down} ${rate}/s `, "live"),
      ...(errors === 0 ? [] : [seg(`${glyphs.status.failed} ${wrong}`, "error")]),
    ],
    [seg(`${glyphs.down}${rate}/s `, errors === 0 ? "live" : "error")],
  ];
  return looks.find((look) => lineWidth(look) <= room) ?? [];
}
