import type { TextExporter } from "../../core/mod.ts";

/** A page for sharing: it loads nothing and runs nothing. */
export const html: TextExporter = {
  name: "html",
  takes: "named_runs",
  description: "a run, or the difference of two, as one page that loads nothing and runs nothing",
  extension: "html",
  notes:
    "The page holds what the run holds: prompt, messages, arguments, results. Read it before you send it.",
  examples: ["last", "last~1 last --out difference.html", "last --out - | gzip > run.html.gz"],
  use: "open it in any browser, send it to anyone",
  text: async ({ source, runs = [], ...clock }) => {
    const { exportDiffPage, exportRunPage } = await import("./export.ts");
    const [left, right] = runs;
    if (!left) throw new RangeError("Cannot write a page of no run");
    return right
      ? await exportDiffPage(source, left, right, clock)
      : await exportRunPage(source, left, clock);
  },
};
