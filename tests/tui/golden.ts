import assert from "node:assert/strict";

const FOLDER = new URL("../golden/tui/", import.meta.url);

/**
 * Compares a frame with its file under tests/golden/tui. `deno test ... -- --update` writes the files anew; look at them
 * before committing.
 */
export async function assertGolden(name: string, screen: string): Promise<void> {
  const path = new URL(`${name}.txt`, FOLDER);
  const frame = `${screen.split("\n").map((row) => row.trimEnd()).join("\n")}\n`;
  if (Deno.args.includes("--update")) {
    await Deno.mkdir(FOLDER, { recursive: true });
    return await Deno.writeTextFile(path, frame);
  }
  assert.equal(frame, await Deno.readTextFile(path), `${name} differs from its golden file`);
}
