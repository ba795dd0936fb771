import { join } from "node:path";
import { ownTarget } from "../package/targets.ts";
import { type Figure, median, timeMs } from "./figure.ts";

const ROUNDS = 15;

async function spawn(
  args: readonly string[],
  program = Deno.execPath(),
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${args.join(" ")} failed`);
}

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * `agentop --version` from the bundle, against `deno run` on an empty file; and from the program that unpacks itself, after its
 * first start, against the bundle. Build both first, or they are built here.
 */
export async function startUp(): Promise<Figure[]> {
  const bundle = "dist/main.js";
  const target = ownTarget();
  const packaged = target && `dist/agentop-${target.name}.run`;
  if (!await isThere(bundle)) await spawn(["task", "--quiet", "bundle"]);
  if (packaged && !await isThere(packaged)) await spawn(["task", "--quiet", "package"]);
  const folder = await Deno.makeTempDir();
  const empty = join(folder, "empty.js");
  await Deno.writeTextFile(empty, "");
  const [floor, bundled, unpacked]: [number[], number[], number[]] = [[], [], []];
  const args = ["run", "--no-prompt", "--no-config", "--allow-env", bundle, "--version"];
  for (let round = 0; round <= ROUNDS; round++) {
    const floorMs = await timeMs(() => spawn(["run", "--no-config", empty]));
    const bundledMs = await timeMs(() => spawn(args));
    const unpackedMs = packaged === undefined
      ? undefined
      : await timeMs(() => spawn(["--version"], packaged, { XDG_CACHE_HOME: folder }));
    if (round === 0) continue;
    floor.push(floorMs);
    bundled.push(bundledMs);
    if (unpackedMs !== undefined) unpacked.push(unpackedMs);
  }
  await Deno.remove(folder, { recursive: true });
  const against = (name: string, times: readonly number[], others: readonly number[], limit: number) => ({
    name: `${name} (${median(times).toFixed(0)} and ${median(others).toFixed(0)} ms)`,
    value: median(times) / median(others),
    unit: "x",
    limit,
  });
  return [
    against("--version bundled, against an empty file", bundled, floor, 2),
    ...packaged === undefined
      ? []
      : [against("--version of the program that unpacks itself, against the bundle", unpacked, bundled, 1.5)],
  ];
}
