import type { Env } from "../../contract/screen.ts";
import { keySign } from "../../contract/keys.ts";
import { EMPTY, fitLine, type Line, line, onGround, seg } from "../../draw/line.ts";
import { pane } from "../../draw/pane.ts";
import { clean, fit, width, wrap } from "../../terminal/text.ts";
import type { RunsModel } from "./model.ts";

const BOX_COLUMNS_MAX = 76;
const KEY_COLUMNS = 8;
const INDENT = 3;

/** The first start: a demo one key away, what else there is, and what happens without a key. */
export function emptyLines(model: RunsModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const wide = Math.min(BOX_COLUMNS_MAX, columns - 2);
  const inner = wide - 2;
  const roomy = rows >= 20;
  const gap: readonly Line[] = roomy ? [EMPTY] : [];
  const content: Line[] = [
    ...gap,
    ...text("No runs yet.", "strong", inner),
    ...demoLines(model, env, inner, roomy),
    ...gap,
    ...hint("l", "choose an agent, write a prompt, watch it work", inner),
    ...hint("?", "every key", inner),
    ...hint("^p", "every action, by a few of its letters", inner),
    ...gap,
    ...keyNote(env, inner),
    ...text(`Runs are kept in ${clean(env.storePath)}`, "dim", inner),
  ];
  const box = pane(content, wide, Math.min(rows, content.length + 2), env.glyphs, {
    title: "Welcome to AgentOp Studio",
    focused: true,
  });
  const top = Math.max(0, Math.floor((rows - box.length) / 2));
  const left = " ".repeat(Math.max(0, Math.floor((columns - wide) / 2)));
  return [
    ...Array.from({ length: top }, () => EMPTY),
    ...box.map((row): Line => [seg(left), ...row]),
  ].slice(0, rows);
}

function text(words: string, tone: "text" | "strong" | "dim" | "warn", inner: number): readonly Line[] {
  return wrap(words, inner - 2 * INDENT).map((piece) => line(" ".repeat(INDENT) + piece, tone));
}

function hint(sign: string, words: string, inner: number): readonly Line[] {
  return wrap(words, inner - 2 * INDENT - KEY_COLUMNS).map((piece, at): Line => [
    seg(" ".repeat(INDENT) + fit(at === 0 ? sign : "", KEY_COLUMNS), "key"),
    seg(piece),
  ]);
}

function demoLines(model: RunsModel, env: Env, inner: number, roomy: boolean): readonly Line[] {
  if (env.demos.length === 0) return [];
  const enter = keySign("enter", env.glyphs);
  const names = Math.max(...env.demos.map((demo) => width(clean(demo.agent)))) + 2;
  const lines: Line[] = [
    ...(roomy ? [EMPTY] : []),
    ...hint(enter, model.starting ? `starting${env.glyphs.ellipsis}` : "run this demo and watch it:", inner),
  ];
  env.demos.forEach((demo, index) => {
    const chosen = index === model.demo;
    const pieces = wrap(clean(demo.about), inner - INDENT - KEY_COLUMNS - names - 2);
    pieces.forEach((piece, at) => {
      const row = fitLine([
        seg(" ".repeat(INDENT + KEY_COLUMNS - 2)),
        seg(chosen && at === 0 ? `${env.glyphs.pointer} ` : "  ", "accent"),
        seg(fit(at === 0 ? clean(demo.agent) : "", names), "strong"),
        seg(piece, "dim"),
      ], inner);
      lines.push(chosen ? onGround(row, "selected") : row);
    });
  });
  return lines;
}

function keyNote(env: Env, inner: number): readonly Line[] {
  if (!env.endpoint.startsWith("simulator")) {
    return text(`A key is set: runs, the demos too, go to ${clean(env.endpoint)}.`, "dim", inner);
  }
  return [
    ...text("No key is set, so the built-in simulator answers.", "warn", inner),
    ...text("Set MISTRAL_API_KEY and start again to use Mistral.", "dim", inner),
  ];
}
