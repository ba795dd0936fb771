import assert from "node:assert/strict";
import { workbenchFlags } from "../../../../lib/cli/commands/tui/workbench_flags.ts";

const words = (line: string) => line.split(" ").filter((word) => word !== "");

Deno.test("workbenchFlags() reads a plain call of the workbench", () => {
  for (
    const [line, flags, tui] of [
      ["", {}, {}],
      ["tui", {}, {}],
      ["--store a.db", { store: "a.db" }, {}],
      ["--store a.db --home h --no-color tui", { store: "a.db", home: "h", color: false }, {}],
      ["tui --no-mouse --ascii", {}, { mouse: false, ascii: true }],
      ["tui --store a.db", { store: "a.db" }, {}],
      ["--store tui tui", { store: "tui" }, {}],
    ] as const
  ) assert.deepEqual(workbenchFlags(words(line)), { flags, tui }, line);
});

Deno.test("workbenchFlags() leaves everything else to the parser, which says what is wrong", () => {
  const others =
    "runs|tui tui|tui x|--help|tui --help|-v tui|--json tui|--ascii|--no-mouse tui|--store|tui --store|--store=a|" +
    "--store --home h|--verbose|help tui|--version tui";
  for (const line of others.split("|")) assert.equal(workbenchFlags(words(line)), undefined, line);
  assert.equal(workbenchFlags(["--store", "", "tui"]), undefined);
  assert.equal(workbenchFlags([""]), undefined);
});
