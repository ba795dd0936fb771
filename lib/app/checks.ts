import { dirname, join } from "node:path";
import {
  explain,
  LOST_REMEDY,
  lostSentence,
  PROVIDERS,
  reasonOf,
  remedyOf,
  SERVICES,
  systemTimeZone,
} from "../core/mod.ts";
import type { App } from "./app.ts";
import type { Check } from "./check.ts";
import { checkPrivacy } from "./check_privacy.ts";
import { checkSandbox } from "./check_sandbox.ts";
import { byteSize, cell, duration, grouped, plural, zonedTime } from "../present/mod.ts";

/** The terminal on stdout, as the edge sees it. */
export interface TerminalFacts {
  /** `undefined`: stdout is no terminal. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  /** The variable TERM. */
  readonly term: string;
  readonly hasColors: boolean;
}

const API_TIMEOUT_MS = 5_000;
const DISK_BYTES_MIN = 500_000_000;
const COLUMNS_MIN = 80;
const ROWS_MIN = 24;
/** A clock this far behind the newest run is wrong now, or was then. */
const CLOCK_SKEW_MS = 60_000;
const YEAR_MIN = 2026;
const DENO_MIN = [2, 9] as const;

/** Looks at everything a run needs. Never throws; the store is made by none of it. */
export async function runChecks(app: App, terminal: TerminalFacts): Promise<readonly Check[]> {
  const groups = await Promise.all([
    checkDeno(),
    checkApi(app),
    checkStore(app).then(async (store) => [...store, ...await checkPrivacy(app.config)]),
    checkAgents(app),
    checkPrices(app),
    checkSandbox(),
    checkTerminal(terminal),
    checkIntegrations(app),
  ]);
  return groups.flat();
}

function checkDeno(): readonly Check[] {
  const { deno } = Deno.version;
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  const isNew = major > DENO_MIN[0] || major === DENO_MIN[0] && minor >= DENO_MIN[1];
  return [{
    name: "Deno",
    status: isNew ? "ok" : "broken",
    message: `${deno}, ${Deno.build.os} ${Deno.build.arch}`,
    ...(isNew ? {} : { remedy: `Deno ${DENO_MIN.join(".")} or newer: deno upgrade` }),
  }];
}

async function checkApi({ config, host }: App): Promise<readonly Check[]> {
  const name = "model API";
  const { endpoint } = config;
  if (!endpoint) {
    const variables = Object.values(PROVIDERS).flatMap(({ apiKey, serverUrl }) => [apiKey, serverUrl]);
    return [{
      name,
      status: "ok",
      message: `the built-in simulator answers: neither ${variables.join(" nor ")} is set`,
    }];
  }
  const { listModels, serverUrlOf } = await import("../providers/mod.ts");
  const server = originOf(serverUrlOf(endpoint));
  const startMs = host.now();
  try {
    const models = await listModels(endpoint, { host, timeoutMs: API_TIMEOUT_MS });
    const took = duration(host.now() - startMs);
    return [{
      name,
      status: "ok",
      message: `${server} answered in ${took} with ${plural(models.length, "model")}`,
    }];
  } catch (error) {
    return [{
      name,
      status: "broken",
      message: reasonOf(error),
      remedy: remedyOf(error) ?? `check the network and that ${server} is running`,
    }];
  }
}

/** Without what a URL may hide: a name, a password, a query. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? "the server";
}

async function checkStore(app: App): Promise<readonly Check[]> {
  const { storePath, storeGiven, storeMustExist } = app.config;
  const folder = dirname(storePath);
  const isThere = await Deno.stat(storePath).then(() => true, () => false);
  const hasFolder = await Deno.stat(folder).then((it) => it.isDirectory, () => false);
  if (!isThere && !storeMustExist && (hasFolder || !storeGiven)) {
    return [
      { name: "store", status: "ok", message: `${cell(storePath)} is not there yet: the first run makes it` },
      ...checkClock(app, undefined),
      ...(hasFolder ? await checkDisk(folder) : []),
    ];
  }
  try {
    const store = await app.store();
    const problems = await store.quickCheck();
    const { bytes, runs } = await store.stats();
    const { runs: [newest] } = await store.listRuns({ limit: 1 });
    const shown = `${cell(storePath)}, ${plural(runs, "run")}, ${byteSize(bytes)}`;
    const check: Check = problems.length === 0 ? { name: "store", status: "ok", message: shown } : {
      name: "store",
      status: "broken",
      message: `${shown}: ${problems.join("; ")}`,
      remedy: "agentop db verify says what is wrong, agentop db repair FILE saves what can be read",
    };
    const losses = (await store.lostWrites()).map((lost): Check => ({
      name: "store",
      status: "warning",
      message: lostSentence(lost),
      remedy: LOST_REMEDY,
    }));
    return [
      check,
      ...losses,
      ...checkClock(app, newest && newest.startTimeUs / 1000),
      ...await checkDisk(folder),
    ];
  } catch (error) {
    return [
      { name: "store", status: "broken", ...explain(error) },
      ...checkClock(app, undefined),
    ];
  }
}

function checkClock({ host, config }: App, newestMs: number | undefined): readonly Check[] {
  const nowMs = host.now();
  const message = zonedTime(nowMs, config.timeZone ?? systemTimeZone());
  const remedy = "set the clock: costs by day and the order of runs depend on it";
  if (new Date(nowMs).getUTCFullYear() < YEAR_MIN) {
    return [{ name: "clock", status: "broken", message, remedy }];
  }
  if (newestMs !== undefined && newestMs > nowMs + CLOCK_SKEW_MS) {
    const ahead = duration(newestMs - nowMs);
    return [{
      name: "clock",
      status: "warning",
      message: `${message}, but the newest run began ${ahead} later`,
      remedy,
    }];
  }
  return [{ name: "clock", status: "ok", message }];
}

/** Nothing where the system does not say. */
async function checkDisk(folder: string): Promise<readonly Check[]> {
  try {
    const { statfs } = await import("node:fs/promises");
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const message = `${byteSize(free)} free for the store`;
    return free >= DISK_BYTES_MIN ? [{ name: "disk", status: "ok", message }] : [{
      name: "disk",
      status: "warning",
      message,
      remedy: "free some space: a run stops when it cannot be stored",
    }];
  } catch {
    return [];
  }
}

async function checkAgents(app: App): Promise<readonly Check[]> {
  const found = (await app.agents()).filter((it) => it.path !== undefined);
  const folders = cell(app.config.agentFolders.join(", "));
  const troubles = found.flatMap(({ error, remedy, others = [], notes = [] }): readonly Check[] => {
    if (error === undefined) return notes.map((note) => ({ name: "agents", status: "warning", ...note }));
    const more = others.length === 0 ? "" : ` (and ${plural(others.length, "more thing")} in this file)`;
    return [{
      name: "agents",
      status: "warning",
      message: cell(`${error}${more}`),
      remedy: remedy ?? "edit the file",
    }];
  });
  if (troubles.length > 0) return troubles;
  return [{
    name: "agents",
    status: "ok",
    message: found.length > 0
      ? `${plural(found.length, "agent file")} in ${folders}`
      : `no files in ${folders}: the built-in ones are used (agentop init writes them out)`,
  }];
}

async function checkPrices(app: App): Promise<readonly Check[]> {
  const name = "prices";
  const path = join(app.config.home, "prices.yaml");
  const hasOwn = await Deno.lstat(path).then(() => true, () => false);
  try {
    await app.prices();
    const message = hasOwn ? `${cell(path)}, then the built-in ones` : "the built-in ones";
    return [{ name, status: "ok", message }];
  } catch (error) {
    return [{ name, status: "broken", ...explain(error) }];
  }
}

function checkTerminal({ size, term, hasColors }: TerminalFacts): readonly Check[] {
  const name = "terminal";
  if (!size) return [{ name, status: "ok", message: "stdout is no terminal: plain text, no colours" }];
  const color = hasColors ? "colours" : "no colours";
  const message = `${grouped(size.columns)}×${grouped(size.rows)}, TERM=${cell(term) || "(unset)"}, ${color}`;
  const warn = (remedy: string): readonly Check[] => [{ name, status: "warning", message, remedy }];
  if (term === "" || term === "dumb") {
    return warn("the workbench needs a terminal like xterm-256color: set TERM");
  }
  if (size.columns < COLUMNS_MIN || size.rows < ROWS_MIN) {
    return warn(`the workbench is comfortable from ${COLUMNS_MIN}×${ROWS_MIN} on: enlarge the window`);
  }
  if (term === "screen") return warn('more colours in tmux: set -g default-terminal "tmux-256color"');
  return [{
    name,
    status: "ok",
    message: /^(tmux|screen)/.test(term) ? `${message}, inside tmux or screen` : message,
  }];
}

function checkIntegrations({ config }: App): readonly Check[] {
  const services = Object.entries(SERVICES);
  const set = services.filter(([, [key]]) => config.secrets[key] !== undefined).map(([name]) => name);
  return [{
    name: "keys",
    status: "ok",
    message: set.length > 0
      ? `set for ${set.join(", ")}`
      : `none for ${
        Object.keys(SERVICES).join(", ").replace(/, ([^,]*)$/, " and $1")
      }: their tools say so when used`,
  }];
}
