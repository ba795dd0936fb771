import type { ForkTree } from "../../../analysis/mod.ts";
import { type Explanation, isLive, sentenceOf, shortRunId } from "../../../core/mod.ts";
import { asking } from "../../contract/ask.ts";
import type { Msg, Pairing } from "../../contract/message.ts";
import type { AnswerMsg } from "../../contract/queries.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { clamp, moved, withTop } from "../../draw/scroll.ts";
import type { Comparison } from "./comparison.ts";
import { chosenMember, familyInView, familyWith, movedInFamily } from "../../trace/family.ts";
import { detailLines } from "./detail.ts";
import {
  chosenIndex,
  chosenRow,
  compareLayout,
  type CompareModel,
  detailHeight,
  familyHeight,
  hasFamilyPane,
  INITIAL,
  listHeight,
  rowsOf,
  textPairs,
} from "./model.ts";
import type { CompareQueries } from "./queries.ts";
import { nextChange } from "./rows.ts";

const ask = asking<CompareQueries>();
const FAMILY_INTERVAL_MS = 2_000;

export function updateCompare(model: CompareModel, msg: Msg<CompareQueries>, env: Env): Step<CompareModel> {
  switch (msg.type) {
    case "enter":
      if (msg.compare) return opened(model, msg.compare);
      // Nobody has chosen two runs: what somebody ran again last is what they want to see.
      if (!model.pairing) return ask([model, []], "newest", undefined);
      // Kept from the last time: it is read when the screen comes into view.
      return model.comparison ? askFamily(model) : opened(model, model.pairing);
    case "store_changed":
      return askFamily(model, FAMILY_INTERVAL_MS);
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "wheel":
      return wheel(model, msg.x, msg.y, msg.lines, env);
    case "click":
      return clicked(model, msg.x, msg.y, env);
    case "answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      return answered(model, msg, env);
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      return msg.slot === "compare"
        ? failed(model, msg.failure)
        : [model, [{ type: "notice", level: "error", text: sentenceOf(msg.failure) }]];
    default:
      return [model, []];
  }
}

function answered(model: CompareModel, msg: AnswerMsg<CompareQueries>, env: Env): Step<CompareModel> {
  switch (msg.slot) {
    case "compare":
      return compared(model, msg.answer, env);
    case "newest":
      return msg.answer && !model.pairing ? opened(model, msg.answer) : [model, []];
    case "family":
      return [withFamily(model, msg.answer, env), []];
    case "texts":
      return [{ ...model, texts: { key: model.chosen, list: msg.answer } }, []];
  }
}

/** Other runs, from the top; how they are shown stays. */
function opened(model: CompareModel, pairing: Pairing): Step<CompareModel> {
  if (isPair(model.pairing, pairing)) return ask([model, []], "compare", pairing);
  const { mode, zoom, tickets } = model;
  const fresh: CompareModel = { ...INITIAL, mode, zoom, tickets, pairing, state: "loading" };
  return ask([fresh, []], "compare", pairing);
}

/** Other sides of the comparison in view, which stays until the new one is there. */
function turned(model: CompareModel, pairing: Pairing): Step<CompareModel> {
  const next: CompareModel = { ...model, pairing, state: "loading" };
  return ask([next, []], "compare", pairing);
}

function isPair(pairing: Pairing | undefined, { left, right }: Pairing): boolean {
  return pairing?.left === left && pairing.right === right;
}

function pairOf({ left, right }: Comparison): Pairing {
  return { left: left.runId, right: right.runId };
}

function compared(model: CompareModel, comparison: Comparison, env: Env): Step<CompareModel> {
  const before = model.comparison && pairOf(model.comparison);
  const pair = pairOf(comparison);
  const isKnown = !before || isPair(before, pair) || isPair(before, { left: pair.right, right: pair.left });
  const next: CompareModel = {
    ...model,
    ...(isKnown ? {} : { chosen: "", unfolded: INITIAL.unfolded, top: 0, detailTop: 0 }),
    comparison,
    state: "ready",
    failure: NO_FAILURE,
  };
  const rows = rowsOf(next);
  const first = rows.find((row) => row.isChange) ?? rows[0];
  const chosen = rows.some((row) => row.key === next.chosen) ? next.chosen : first?.key ?? "";
  const [shown, effects] = askTexts(inView({ ...next, chosen }, env));
  const [done, more] = askFamily(shown);
  return [done, [...effects, ...more]];
}

/** The comparison in view stays when another one cannot be made. */
function failed(model: CompareModel, failure: Explanation): Step<CompareModel> {
  const { comparison, pairing } = model;
  if (!comparison || !pairing || isPair(pairing, pairOf(comparison))) {
    return [{ ...model, state: "failed", failure }, []];
  }
  return [{ ...model, state: "ready", pairing: pairOf(comparison) }, [
    { type: "notice", level: "error", text: sentenceOf(failure) },
  ]];
}

function askFamily(model: CompareModel, minIntervalMs?: number): Step<CompareModel> {
  const { comparison } = model;
  if (!comparison) return [model, []];
  const { left, right } = pairOf(comparison);
  return ask([model, []], "family", { runIds: [left, right] }, minIntervalMs);
}

function withFamily(model: CompareModel, tree: ForkTree, env: Env): CompareModel {
  const right = model.comparison?.right.runId ?? "";
  return { ...model, family: familyWith(tree, model.family, right, familyHeight(model, env)) };
}

/** The chosen run of the family on one side; the side it had before goes to the other one. */
function sided(model: CompareModel, side: keyof Pairing): Step<CompareModel> {
  const run = model.family && chosenMember(model.family)?.run;
  const { comparison } = model;
  if (!run || !comparison) return [model, []];
  const say = (text: string): Step<CompareModel> => [model, [{ type: "notice", level: "info", text }]];
  if (isLive(run.status) || run.status === "queued") {
    return say(`${shortRunId(run.runId)} is ${run.status}: it can be compared when it has ended`);
  }
  const now = pairOf(comparison);
  if (now[side] === run.runId) {
    return say(`${shortRunId(run.runId)} is the ${side} side. Try: j or k for another`);
  }
  const other = side === "left" ? "right" : "left";
  const pairing: Pairing = { ...now, [side]: run.runId };
  return turned(model, now[other] === run.runId ? { ...pairing, [other]: now[side] } : pairing);
}

/** Words are compared off the key path. */
function askTexts(model: CompareModel): Step<CompareModel> {
  const { texts: _, ...rest } = model;
  const row = chosenRow(model);
  const pairs = model.comparison && row ? textPairs(model.comparison, row) : [];
  return pairs.length === 0 ? [rest, []] : ask([rest, []], "texts", { pairs });
}

function act(model: CompareModel, action: string, count: number | undefined, env: Env): Step<CompareModel> {
  switch (action) {
    case "back":
      if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
      return model.focus === "list"
        ? [model, [{ type: "leave" }]]
        : [inView({ ...model, focus: "list" }, env), []];
    case "focus":
      return [inView({ ...model, focus: nextPane(model, env) }, env), []];
    case "family":
      return [inView({ ...model, focus: model.focus === "family" ? "list" : "family" }, env), []];
    case "read":
      return [inView({ ...model, focus: "detail" }, env), []];
    case "zoom":
      return [inView({ ...model, zoom: !model.zoom }, env), []];
    case "right_side":
    case "left_side":
      return sided(model, action === "left_side" ? "left" : "right");
    case "mode":
      return [{ ...model, mode: model.mode === "words" ? "unified" : "words", detailTop: 0 }, []];
    case "swap":
      return model.pairing
        ? turned(model, { left: model.pairing.right, right: model.pairing.left })
        : [model, []];
    case "reload":
      return model.pairing ? opened(model, model.pairing) : [model, []];
    case "copy_command": {
      const name = (id: string) => id.replace(/[^\w.~-]/g, "");
      const { left, right } = model.pairing ?? { left: "", right: "" };
      return [model, [{ type: "copy", text: `agentop diff ${name(left)} ${name(right)}` }]];
    }
    case "fold":
      return [toggled(model, env), []];
    case "next_change":
    case "previous_change": {
      const at = nextChange(rowsOf(model), chosenIndex(model), action === "next_change" ? 1 : -1);
      if (at === undefined) {
        return [model, [{ type: "notice", level: "info", text: "Nothing differs between these runs" }]];
      }
      return choose(model, at, env);
    }
    case "half_down":
    case "half_up":
      return model.focus === "family"
        ? move(model, action, count, env)
        : [scrolled(model, action, count, env), []];
    default:
      if (model.focus === "detail") return [scrolled(model, action, count, env), []];
      return move(model, action, count, env);
  }
}

function nextPane({ focus }: CompareModel, { size }: Env): CompareModel["focus"] {
  if (focus === "list") return "detail";
  return focus === "detail" && hasFamilyPane(size) ? "family" : "list";
}

function toggled(model: CompareModel, env: Env): CompareModel {
  const row = chosenRow(model);
  if (row?.kind !== "fold") return model;
  const unfolded = new Set(model.unfolded);
  if (!unfolded.delete(row.key)) unfolded.add(row.key);
  return inView({ ...model, unfolded }, env);
}

function move(model: CompareModel, action: string, count: number | undefined, env: Env): Step<CompareModel> {
  if (model.focus === "family") {
    const { family } = model;
    return [
      family ? { ...model, family: movedInFamily(family, action, count, familyHeight(model, env)) } : model,
      [],
    ];
  }
  const rows = rowsOf(model);
  const index = moved(action, chosenIndex(model), count, listHeight(model, env), rows.length);
  return index === undefined ? [model, []] : choose(model, index, env);
}

function choose(model: CompareModel, index: number, env: Env): Step<CompareModel> {
  const row = rowsOf(model)[index];
  if (!row || row.key === model.chosen) return [model, []];
  return askTexts(inView({ ...model, chosen: row.key, detailTop: 0 }, env));
}

function scrolled(model: CompareModel, action: string, count: number | undefined, env: Env): CompareModel {
  const height = detailHeight(model, env);
  const end = Math.max(0, detailLines(model, env).length - height);
  const top = moved(action, clamp(model.detailTop, 0, end), count, height, end + 1);
  return top === undefined ? model : { ...model, detailTop: top };
}

function wheel(model: CompareModel, x: number, y: number, lines: number, env: Env): Step<CompareModel> {
  const action = lines > 0 ? "down" : "up";
  const focus = paneAt(model, x, y, env) ?? model.focus;
  if (focus === "detail") return [scrolled(model, action, Math.abs(lines), env), []];
  const [next, effects] = move({ ...model, focus }, action, Math.abs(lines), env);
  return [{ ...next, focus: model.focus }, effects];
}

function clicked(model: CompareModel, x: number, y: number, env: Env): Step<CompareModel> {
  const focus = paneAt(model, x, y, env);
  if (!focus) return [model, []];
  const area = compareLayout(model, env)[focus]!;
  const row = y - area.y - 1;
  const focused: CompareModel = { ...model, focus };
  if (focus === "detail" || row < 0 || row >= area.rows - BORDER) return [focused, []];
  if (focus === "list") return choose(focused, model.top + row, env);
  const member = model.family?.tree.members[model.family.top + row];
  return [member ? { ...focused, family: { ...model.family!, chosen: member.run.runId } } : focused, []];
}

function paneAt(model: CompareModel, x: number, y: number, env: Env): CompareModel["focus"] | undefined {
  const layout = compareLayout(model, env);
  return (["family", "list", "detail"] as const).find((pane) => {
    const area = layout[pane];
    return area && x >= area.x && x < area.x + area.columns && y >= area.y && y < area.y + area.rows;
  });
}

function inView(model: CompareModel, env: Env): CompareModel {
  const seen = withTop(model, chosenIndex(model), listHeight(model, env), rowsOf(model).length);
  const family = model.family && familyInView(model.family, familyHeight(model, env));
  return family ? { ...seen, family } : seen;
}
