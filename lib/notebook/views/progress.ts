import { isFinal, type TraceEvent } from "../../core/mod.ts";

/** How far something has come. */
export interface Progress {
  /** Steps, runs or tries that are done. */
  readonly done: number;
  /** Of so many; `null` where nobody knows. */
  readonly total: number | null;
  /** What is being done, in a few words. */
  readonly text: string;
}

/** Told each time something is done. */
export type OnProgress = (progress: Progress) => void;

/** The part of Deno's kernel that is used here. */
interface Kernel {
  display(bundle: object, options: { raw: true; display_id: string; update?: boolean }): Promise<void>;
}

const BAR_COLUMNS = 24;

/**
 * Shows progress where the cell's output is, one line that changes in place; in a program on stderr, if that is a terminal.
 *
 * ```ts
 * import { openStudio, showProgress } from "@agentop/studio";
 *
 * await using studio = await openStudio({ store: ":memory:", simulator: true });
 * await studio.run("researcher", "How many rows in sales.csv?", { onProgress: showProgress() });
 * ```
 */
export function showProgress(): OnProgress {
  const kernel = jupyter();
  if (kernel) {
    const display_id = crypto.randomUUID();
    let isShown = false;
    let last = Promise.resolve();
    return (progress) => {
      const update = isShown;
      isShown = true;
      const bundle = { "text/plain": progressText(progress) };
      // In order: a front end that gets the update first shows the older one.
      last = last.then(() => kernel.display(bundle, { raw: true, display_id, ...(update ? { update } : {}) }))
        .catch(() => {});
    };
  }
  if (!Deno.stderr.isTerminal()) return () => {};
  return (progress) => {
    const end = progress.done === progress.total ? "\n" : "";
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${progressText(progress)}${end}`));
  };
}

/** Deno's kernel, where this runs in one: elsewhere asking for it throws. */
function jupyter(): Kernel | undefined {
  try {
    return (Deno as unknown as { readonly jupyter?: Kernel }).jupyter;
  } catch {
    return undefined;
  }
}

/** `████░░░░ 3 of 12  step 3: calculator`. */
export function progressText({ done, total, text }: Progress): string {
  if (total === null || total === 0) return `${done} done  ${text}`;
  const filled = Math.round(Math.min(1, done / total) * BAR_COLUMNS);
  return `${"█".repeat(filled)}${"░".repeat(BAR_COLUMNS - filled)} ${done} of ${total}  ${text}`;
}

/** Tells of a run's steps as its events come. `total` is known where it repeats another. */
export function stepProgress(
  onProgress: OnProgress,
  total: number | null = null,
): (event: TraceEvent) => void {
  let steps = 0;
  return (event) => {
    if (event.type === "span_start" && event.span.step !== undefined) {
      const { step, kind, name } = event.span;
      // Those that a fork begins with are done before it begins.
      steps = Math.max(steps, step);
      onProgress({
        done: steps - 1,
        total: total === null ? null : Math.max(total, steps),
        text: `step ${step}: ${kind} ${name}`,
      });
    } else if (event.type === "run_update" && event.change.status && isFinal(event.change.status)) {
      onProgress({ done: steps, total: total === null ? null : steps, text: event.change.status });
    }
  };
}
