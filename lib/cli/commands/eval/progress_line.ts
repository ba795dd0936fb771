import { cell, cut, duration, grouped, knownCost, plural } from "../../../present/mod.ts";
import { type Experiment, shortRunId } from "../../../core/mod.ts";
import type { EvalProgress } from "../../../evals/mod.ts";
import { type Context, writeAll } from "../../context.ts";

const SHOWN_EVERY_MS = 100;
const COLUMNS_DEFAULT = 80;

/** One line on a terminal that says where an experiment stands: results, rate, cost so far, and how long it will take. */
export class ProgressLine implements Disposable {
  readonly #context: Context;
  readonly #isShown: boolean;
  #shownMs = -Infinity;
  #isThere = false;

  constructor(context: Context, isShown: boolean) {
    this.#context = context;
    this.#isShown = isShown;
  }

  begin({ experimentId, suite, planned, variants }: Experiment): void {
    const what = variants.length > 1 ? `, ${plural(variants.length, "variant")}` : "";
    this.#context.note(
      `${cell(suite)}  experiment ${shortRunId(experimentId)}  ${plural(planned, "run")}${what}`,
    );
  }

  show(progress: EvalProgress): void {
    const nowMs = this.#context.host.now();
    const isLast = progress.done === progress.planned;
    if (!this.#isShown || nowMs - this.#shownMs < SHOWN_EVERY_MS && !isLast) return;
    this.#shownMs = nowMs;
    this.#isThere = true;
    writeAll(Deno.stderr, `\r\x1b[K${cut(progressText(progress), columnsOf() - 1)}`);
  }

  clear(): void {
    if (this.#isThere) writeAll(Deno.stderr, "\r\x1b[K");
    this.#isThere = false;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** `34 of 60 · 30 passed · 1 error · 4.2/s · $0.0120 · 6 s left`. */
export function progressText(it: EvalProgress): string {
  const perMs = it.elapsedMs > 0 ? it.doneNow / it.elapsedMs : 0;
  return [
    `${grouped(it.done)} of ${grouped(it.planned)}`,
    `${grouped(it.passed)} passed`,
    ...(it.errors > 0 ? [plural(it.errors, "error")] : []),
    `${(perMs * 1000).toPrecision(2).replace(/e\+0?(\d+)$/, (_, power) => "0".repeat(Number(power) - 1))}/s`,
    knownCost(it.costUsd, it.unknownCostCalls),
    ...(perMs > 0 && it.done < it.planned ? [`${duration((it.planned - it.done) / perMs)} left`] : []),
  ].join(" · ");
}

function columnsOf(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS_DEFAULT;
  } catch {
    return COLUMNS_DEFAULT;
  }
}
