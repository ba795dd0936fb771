import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

/** Starts the program and stops to read after the first piece of its output, or before. */
async function readLittle(home: CliHome, args: readonly string[], pieces: 0 | 1) {
  const child = home.start(args);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  if (pieces === 1) await reader.read();
  await reader.cancel();
  const [stderr, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
  return { code, stderr };
}

Deno.test("a reader that goes away ends the output without an error", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 }, { rounds: 2 });
  const rows =
    "with recursive c(x) as (select 1 union all select x + 1 from c where x < 20000) select x from c";
  for (
    const [args, pieces] of [
      [["runs"], 0],
      [["show", "last", "--json"], 0],
      [["sql", rows, "--limit", "20000"], 1],
    ] as const
  ) {
    const { code, stderr } = await readLittle(home, args, pieces);
    assert.equal(stderr, "", args.join(" "));
    assert([0, 141].includes(code), `${args.join(" ")}: ${code}`);
  }
});
