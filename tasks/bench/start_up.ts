import { type Figure, median, timeMs } from "./figure.ts";

const ROUNDS = 15;

async function spawn(args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${args.join(" ")} failed`);
}

/** `agentop --version` from the bundle, against `deno run` on an empty file. Build the bundle first. */
export async function startUp(): Promise<Figure[]> {
  const bundle = "dist/main.js";
  if (!await Deno.stat(bundle).then(() => true, () => false)) {
    await spawn(["task", "--quiet", "bundle"]);
  }
  const empty = await Deno.makeTempFile({ suffix: ".js" });
  const [floor, version]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const floorMs = await timeMs(() => spawn(["run", "--no-config", empty]));
    const versionMs = await timeMs(() =>
      spawn(["run", "--no-prompt", "--no-config", "--allow-env", bundle, "--version"])
    );
    if (round === 0) continue;
    floor.push(floorMs);
    version.push(versionMs);
  }
  await Deno.remove(empty);
  return [{
    name: `--version bundled, against an empty file (${median(version).toFixed(0)} and ${
      median(floor).toFixed(0)
    } ms)`,
    value: median(version) / median(floor),
    unit: "x",
    limit: 2,
  }];
}
