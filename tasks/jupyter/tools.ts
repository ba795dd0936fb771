import { join } from "node:path";

/** What is tested against: one of each, so that a failure is ours. */
const PACKAGES = ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbformat==5.11.1"];
const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"];

/** Why something cannot be had here: the check is left out, and says so. */
export class NotHere extends Error {}

async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  try {
    const options = { args, env, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch {
    return false;
  }
}

/** A Python environment with JupyterLab and nbclient below `cache`, made when it is not there; its folder of programs. */
export async function pythonTools(cache: string): Promise<string> {
  const folder = join(cache, `jupyter-${PACKAGES.map((it) => it.split("==")[1]).join("-")}`);
  const programs = join(folder, "bin");
  const mark = join(folder, "complete");
  if (await Deno.stat(mark).then(() => true, () => false)) return programs;
  await Deno.mkdir(cache, { recursive: true });
  if (!await run("python3", ["-m", "venv", "--clear", folder])) {
    throw new NotHere("no Python that can make environments");
  }
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES];
  if (!await run(join(programs, "python"), install)) {
    throw new NotHere("JupyterLab cannot be installed with pip");
  }
  await Deno.writeTextFile(mark, "");
  return programs;
}

/** A Chromium; where there is none, Debian's is installed, but only by a CI that may. */
export async function chromiumProgram(): Promise<string> {
  const found = async () => {
    for (const name of CHROMIUM) if (await run(name, ["--version"])) return name;
  };
  const there = await found();
  if (there) return there;
  if (Deno.env.get("CI") === "true") {
    const quiet = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], quiet);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], quiet);
  }
  const now = await found();
  if (!now) throw new NotHere("no Chromium");
  return now;
}
