import type { Env } from "../../app/screen.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { pane } from "../../draw/pane.ts";
import { clean, cut, fit } from "../../terminal/text.ts";

const BOX_COLUMNS_MAX = 66;
const KEY_COLUMNS = 16;

/** The first start: what this is, what to do next, and once, what happens without a key. */
export function emptyLines(env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const wide = Math.min(BOX_COLUMNS_MAX, columns - 2);
  const inner = wide - 2;
  const hint = (sign: string, text: string): Line => [
    seg(`   ${fit(sign, KEY_COLUMNS)}`, "key"),
    seg(cut(text, inner - KEY_COLUMNS - 3)),
  ];
  const content: Line[] = [
    EMPTY,
    line("   No runs yet.", "strong"),
    EMPTY,
    hint("l", "choose an agent, write a prompt, watch it work"),
    hint("deno task demo", "run three demo agents, in another terminal"),
    hint("?", "every key"),
    EMPTY,
    ...keyNote(env),
    line(`   ${cut(`Runs are kept in ${clean(env.storePath)}`, inner - 4)}`, "dim"),
    EMPTY,
  ];
  const box = pane(content, wide, content.length + 2, env.glyphs, {
    title: "Welcome to AgentOp Studio",
    focused: true,
  });
  const top = Math.max(0, Math.floor((rows - box.length) / 2) - 1);
  const left = " ".repeat(Math.max(0, Math.floor((columns - wide) / 2)));
  return [
    ...Array.from({ length: top }, () => EMPTY),
    ...box.map((row): Line => [seg(left), ...row]),
  ].slice(0, rows);
}

function keyNote(env: Env): readonly Line[] {
  if (!env.endpoint.startsWith("simulator")) return [];
  return [
    line("   No key is set, so the built-in simulator answers.", "warn"),
    line("   Set MISTRAL_API_KEY and start again to use Mistral.", "dim"),
    EMPTY,
  ];
}
