import type { Effect, Msg, Query } from "../../app/message.ts";
import type { Env, Step } from "../../app/screen.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import type { Comparison, Pairing } from "./comparison.ts";
import { detailLines } from "./detail.ts";
import {
  chosenIndex,
  chosenRow,
  compareLayout,
  type CompareModel,
  detailHeight,
  INITIAL,
  listHeight,
  rowsOf,
  type Slot,
  textPairs,
} from "./model.ts";
import { nextChange } from "./rows.ts";

export function updateCompare(model: CompareModel, msg: Msg, env: Env): Step<CompareModel> {
  switch (msg.type) {
    case "enter":
      return msg.compare ? opened(model, msg.compare) : [model, []];
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "wheel":
      return wheel(model, msg.x, msg.y, msg.lines, env);
    case "click":
      return clicked(model, msg.x, msg.y, env);
    case "answer":
      if (msg.ticket !== model.tickets[msg.slot as Slot]) return [model, []];
      if (msg.answer.kind === "compare") return compared(model, msg.answer.comparison, env);
      if (msg.answer.kind !== "texts") return [model, []];
      return [{ ...model, texts: { key: model.chosen, list: msg.answer.texts } }, []];
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot as Slot]) return [model, []];
      return msg.slot === "compare"
        ? [{ ...model, state: "failed", failure: msg.message }, []]
        : [model, [{ type: "notice", level: "error", text: msg.message }]];
    default:
      return [model, []];
  }
}

/** Other runs, from the top; how they are shown stays. */
function opened(model: CompareModel, pairing: Pairing): Step<CompareModel> {
  const same = model.pairing?.left === pairing.left && model.pairing.right === pairing.right;
  const { mode, tickets } = model;
  return ask(
    same ? model : { ...INITIAL, mode, tickets, pairing, state: "loading" },
    "compare",
    { kind: "compare", pairing },
  );
}

function compared(model: CompareModel, comparison: Comparison, env: Env): Step<CompareModel> {
  const next: CompareModel = { ...model, comparison, state: "ready", failure: "" };
  const rows = rowsOf(next);
  const known = rows.some((row) => row.key === model.chosen);
  const first = rows.find((row) => row.isChange) ?? rows[0];
  return askTexts(inView(known ? next : { ...next, chosen: first?.key ?? "" }, env));
}

function ask(model: CompareModel, slot: Slot, query: Query): Step<CompareModel> {
  const ticket = model.tickets[slot] + 1;
  const effect: Effect = { type: "load", slot, ticket, query };
  return [{ ...model, tickets: { ...model.tickets, [slot]: ticket } }, [effect]];
}

/** Words are compared off the key path. */
function askTexts(model: CompareModel): Step<CompareModel> {
  const { texts: _, ...rest } = model;
  const row = chosenRow(model);
  const pairs = model.comparison && row ? textPairs(model.comparison, row) : [];
  return pairs.length === 0 ? [rest, []] : ask(rest, "texts", { kind: "texts", pairs });
}

function act(model: CompareModel, action: string, count: number | undefined, env: Env): Step<CompareModel> {
  switch (action) {
    case "back":
      return model.focus === "detail" ? [{ ...model, focus: "list" }, []] : [model, [{ type: "leave" }]];
    case "focus":
      return [{ ...model, focus: model.focus === "list" ? "detail" : "list" }, []];
    case "mode":
      return [{ ...model, mode: model.mode === "words" ? "unified" : "words", detailTop: 0 }, []];
    case "swap":
      return model.pairing
        ? opened(model, { left: model.pairing.right, right: model.pairing.left })
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
      return [scrolled(model, action, count, env), []];
    default:
      if (model.focus === "detail") return [scrolled(model, action, count, env), []];
      return move(model, action, count, env);
  }
}

function toggled(model: CompareModel, env: Env): CompareModel {
  const row = chosenRow(model);
  if (row?.kind !== "fold") return model;
  const unfolded = new Set(model.unfolded);
  if (!unfolded.delete(row.key)) unfolded.add(row.key);
  return inView({ ...model, unfolded }, env);
}

function move(model: CompareModel, action: string, count: number | undefined, env: Env): Step<CompareModel> {
  const rows = rowsOf(model);
  const index = moved(action, chosenIndex(model), count, listHeight(env), rows.length);
  return index === undefined ? [model, []] : choose(model, index, env);
}

function choose(model: CompareModel, index: number, env: Env): Step<CompareModel> {
  const row = rowsOf(model)[index];
  if (!row || row.key === model.chosen) return [model, []];
  return askTexts(inView({ ...model, chosen: row.key, detailTop: 0 }, env));
}

function scrolled(model: CompareModel, action: string, count: number | undefined, env: Env): CompareModel {
  const height = detailHeight(env);
  const end = Math.max(0, detailLines(model, env).length - height);
  const top = moved(action, clamp(model.detailTop, 0, end), count, height, end + 1);
  return top === undefined ? model : { ...model, detailTop: top };
}

function wheel(model: CompareModel, x: number, y: number, lines: number, env: Env): Step<CompareModel> {
  const { detail } = compareLayout(env);
  const action = lines > 0 ? "down" : "up";
  return x >= detail.x && y >= detail.y
    ? [scrolled(model, action, Math.abs(lines), env), []]
    : move(model, action, Math.abs(lines), env);
}

function clicked(model: CompareModel, x: number, y: number, env: Env): Step<CompareModel> {
  const { list, detail } = compareLayout(env);
  if (x >= detail.x && y >= detail.y) return [{ ...model, focus: "detail" }, []];
  const at = y - list.y - 1;
  const focused: CompareModel = { ...model, focus: "list" };
  return at >= 0 && at < listHeight(env) ? choose(focused, model.top + at, env) : [focused, []];
}

function inView(model: CompareModel, env: Env): CompareModel {
  const top = keepInView(model.top, chosenIndex(model), listHeight(env), rowsOf(model).length);
  return top === model.top ? model : { ...model, top };
}
