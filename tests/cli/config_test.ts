import assert from "node:assert/strict";
import denoConfig from "../../deno.json" with { type: "json" };
import { ALLOWED_ENVIRONMENT, LIBRARY_ENVIRONMENT } from "../../lib/core/mod.ts";
import { type Environment, readConfig } from "../../lib/cli/config.ts";
import { RUNNER_PERMISSIONS } from "../../lib/app/runner_process.ts";

const env = (values: Record<string, string>): Environment => (name) => values[name];
const HOME = { HOME: "/home/ada" };

Deno.test("readConfig() needs nothing but a home folder", () => {
  const config = readConfig({}, env(HOME));
  assert.equal(config.useSimulator, true);
  assert.equal(config.storeGiven, false);
  assert.match(config.storePath, /agentop[/\\]agentop\.db$/);
  assert.deepEqual(config.retry, { maxAttempts: 3, minWaitMs: 1000, maxWaitMs: 60_000 });
});

Deno.test("readConfig() prefers flags to variables, and variables to defaults", () => {
  const given = env({
    ...HOME,
    AGENTOP_HOME: "/data",
    AGENTOP_STORE: "/env.db",
    MISTRAL_API_KEY: "k",
    MAX_TOKENS: "9",
  });
  assert.equal(readConfig({}, given).storePath, "/env.db");
  assert.equal(readConfig({ store: "/flag.db" }, given).storePath, "/flag.db");
  assert.equal(readConfig({ home: "/other" }, env(HOME)).storePath, "/other/agentop.db");
  assert.equal(readConfig({}, given).useSimulator, false);
  assert.equal(readConfig({}, given).defaults.maxTokens, 9);
  assert.equal(readConfig({}, env({ ...HOME, MISTRAL_SERVER_URL: "http://x" })).useSimulator, false);
  assert.equal(readConfig({}, env({ ...HOME, VISUAL: "code --wait", EDITOR: "ed" })).editor, "code --wait");
  assert.match(readConfig({}, env(HOME)).editor, /^(?:vi|notepad)$/);
});

Deno.test("readConfig() names the variable whose value cannot be used", () => {
  for (
    const [name, value] of [
      ["MISTRAL_RETRY_MAX_ATTEMPTS", "abc"],
      ["MISTRAL_RETRY_MAX_ATTEMPTS", "0"],
      ["MISTRAL_RETRY_MAX_ATTEMPTS", "1.5"],
      ["MISTRAL_RETRY_MIN_WAIT", "-1"],
      ["MISTRAL_RETRY_MAX_WAIT", "soon"],
      ["TEMPERATURE", "hot"],
      ["MAX_TOKENS", "0"],
    ] as const
  ) {
    assert.throws(() => readConfig({}, env({ ...HOME, [name]: value })), (error: unknown) => {
      assert(error instanceof Error);
      assert.match(
        error.message,
        new RegExp(`^Cannot use ${name}: it must be .*: got "${value}"\\. Try: unset ${name}$`),
      );
      return true;
    });
  }
});

Deno.test("readConfig() names the variable of a server's URL that is none", () => {
  for (
    const [name, example] of [
      ["HF_ENDPOINT", "https://huggingface.co"],
      ["WANDB_BASE_URL", "https://api.wandb.ai"],
    ] as const
  ) {
    assert.throws(() => readConfig({}, env({ ...HOME, [name]: "foo" })), {
      message: `Cannot use the server URL of ${name}: it is not a URL: got "foo". Try: ${name}=${example}`,
    });
    assert.throws(() => readConfig({}, env({ ...HOME, [name]: "ftp://x" })), /it must begin with http/);
    assert.throws(() => readConfig({}, env({ ...HOME, [name]: "http://u:secret@x" })), (error: unknown) => {
      assert(error instanceof Error);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    assert.equal(
      readConfig({}, env({ ...HOME, [name]: " http://127.0.0.1:9 " })).secrets[name],
      "http://127.0.0.1:9",
    );
  }
});

Deno.test("the permission sets list exactly the variables the program reads", () => {
  const read = [...ALLOWED_ENVIRONMENT].sort();
  const sets = denoConfig.permissions;
  assert.deepEqual([...sets.cli.env].sort(), read);
  assert.deepEqual([...sets.tui.env].sort(), read);
  // A server draws nothing: what terminals are asked for is not among its own.
  assert.deepEqual(sets.server.env.filter((name) => !read.includes(name)), []);
  assert(RUNNER_PERMISSIONS.includes(`--allow-env=${ALLOWED_ENVIRONMENT.join(",")}`));
  assert.equal(RUNNER_PERMISSIONS.some((flag) => /^(-A|--allow-all)/.test(flag)), false);
});

/** The names of the environment in a file of a package and in all files that it loads. */
async function namesIn(url: string, seen = new Set<string>()): Promise<readonly string[]> {
  if (seen.has(url)) return [];
  seen.add(url);
  const text = await Deno.readTextFile(new URL(url));
  const own = [...text.matchAll(/\benv\.([A-Z_]+)/g)].map(([, name]) => name!);
  const loaded = [...text.matchAll(/^(?:import|export) .*from "(\.[^"]+)";$/gm)]
    .map(([, path]) => namesIn(new URL(path!, url).href, seen));
  return [...own, ...(await Promise.all(loaded)).flat()];
}

Deno.test("the permission sets list what the terminal library reads of the environment, and no more of it", async () => {
  const parts = ["terminal", "terminal-colors", "keys"];
  const names = await Promise.all(
    parts.map((part) => namesIn(import.meta.resolve(`@earendil-works/pi-tui/dist/${part}.js`))),
  );
  const ofYaml = ["LOG_STREAM", "LOG_TOKENS"];
  assert.deepEqual(
    [...new Set(names.flat())].sort(),
    LIBRARY_ENVIRONMENT.filter((it) => !ofYaml.includes(it)).sort(),
  );
});

Deno.test("readConfig() takes the time zone from the flag, else from AGENTOP_TZ, and names what is none", () => {
  assert.equal(readConfig({}, env(HOME)).timeZone, undefined);
  assert.equal(readConfig({}, env({ ...HOME, AGENTOP_TZ: " europe/paris " })).timeZone, "Europe/Paris");
  assert.equal(readConfig({ utc: true }, env({ ...HOME, AGENTOP_TZ: "Europe/Paris" })).timeZone, "UTC");
  assert.throws(() => readConfig({}, env({ ...HOME, AGENTOP_TZ: "Mars" })), {
    message:
      'Cannot use AGENTOP_TZ: not a time zone: got "Mars". Try: AGENTOP_TZ=Europe/Paris, or unset AGENTOP_TZ',
  });
});
