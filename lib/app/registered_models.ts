import { join } from "node:path";
import { AgentOpError, isObject, readServerUrl, reasonOf, tryParseJson } from "../core/mod.ts";
import { readTextFileIfThere } from "../schema/mod.ts";
import type { AppConfig } from "./config.ts";

const FILE_MAX_BYTES = 1_000_000;
const MODELS_MAX = 1_000;

/** A model of the person's own and the server that has it. */
export interface RegisteredModel {
  readonly name: string;
  /** Speaks Mistral's or OpenAI's wire. Calls of this model go there, without a key. */
  readonly serverUrl: string;
  /** The training that it came of. */
  readonly jobId?: string;
  /** What a million of its tokens cost, in or out, USD; 0 on a machine of one's own. Absent: unknown. */
  readonly usdPerMillion?: number;
  /** The day on which the person said so, `YYYY-MM-DD`. */
  readonly pricedOn?: string;
}

/** The person's own models by name, from `models.json` of the home folder. Throws `AgentOpError` for a file that cannot be used. */
export async function registeredModels(home: string): Promise<ReadonlyMap<string, RegisteredModel>> {
  const path = pathOf(home);
  const text = await readTextFileIfThere(path, { maxBytes: FILE_MAX_BYTES, verb: "use" }).catch((error) => {
    // A program that uses the library may not read the home folder, and has no models there.
    if (error instanceof AgentOpError && error.cause instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  });
  if (text === undefined) return new Map();
  const list = tryParseJson(text);
  if (!isObject(list)) throw unusable(path);
  const entries = Object.entries(list).slice(0, MODELS_MAX).map(([name, model]) => {
    if (!isObject(model) || typeof model.serverUrl !== "string") throw unusable(path);
    const { serverUrl, jobId, usdPerMillion: usd, pricedOn: day } = model;
    checkUrl(serverUrl);
    return [name, {
      name,
      serverUrl,
      ...(typeof jobId === "string" ? { jobId } : {}),
      ...(typeof usd === "number" && usd >= 0 ? { usdPerMillion: usd } : {}),
      ...(typeof day === "string" && /^\d{4}-\d\d-\d\d$/.test(day) ? { pricedOn: day } : {}),
    }] as const;
  });
  return new Map(entries);
}

/** `registeredModels` for each call of a model: the file is read again when it has changed, by whatever process. */
export class RegisteredModels {
  readonly #home: string;
  #read: {
    readonly stamp: string | undefined;
    readonly models: Promise<ReadonlyMap<string, RegisteredModel>>;
  } | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  /** Throws as `registeredModels` does. */
  async find(name: string): Promise<RegisteredModel | undefined> {
    const stamp = stampOf(pathOf(this.#home));
    if (stamp === undefined || this.#read?.stamp !== stamp) {
      this.#read = { stamp, models: registeredModels(this.#home) };
    }
    return (await this.#read.models).get(name);
  }
}

/** Changes with the file, which is replaced in one step; `undefined` where nothing can be said of it. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, mtime, size } = Deno.statSync(path);
    return `${ino} ${mtime?.getTime()} ${size}`;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "" : undefined;
  }
}

/** Whether the built-in simulator answers for a model: there is neither a key nor a server, and the model has none of its own. */
export async function isSimulated({ useSimulator, home }: AppConfig, model: string): Promise<boolean> {
  return useSimulator && !(await registeredModels(home)).has(model);
}

/** All calls of a registered name go to its server. Throws `AgentOpError` for a name that is another's: one with a built-in price. */
export async function checkOwnName(name: string): Promise<void> {
  const { isBuiltInModel } = await import("../pricing/mod.ts");
  if (!isBuiltInModel(name)) return;
  throw new AgentOpError(`Cannot register ${name}: that is the name of a model with a known price`, {
    remedy: "a name of your own: --model sales-7b",
  });
}

/** Keeps a model; one of that name is replaced. Throws `AgentOpError`. */
export async function registerModel(home: string, { name, ...model }: RegisteredModel): Promise<void> {
  await checkOwnName(name);
  checkUrl(model.serverUrl);
  const models = new Map(await registeredModels(home));
  models.set(name, { name, ...model });
  await write(home, models);
}

/** Throws `AgentOpError` where there is none of that name. */
export async function forgetModel(home: string, name: string): Promise<void> {
  const models = new Map(await registeredModels(home));
  if (!models.delete(name)) {
    throw new AgentOpError(`Cannot forget model "${name.slice(0, 80)}": it is not registered`, {
      remedy: [...models.keys()].slice(0, 5).join(", ") || "agentop finetune models",
    });
  }
  await write(home, models);
}

/** Replaces the list in one step. */
async function write(home: string, models: ReadonlyMap<string, RegisteredModel>): Promise<void> {
  const path = pathOf(home);
  const list = Object.fromEntries([...models].map(([name, { name: _, ...model }]) => [name, model]));
  const next = `${path}.${Deno.pid}.new`;
  try {
    await Deno.mkdir(home, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(next, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 });
    await Deno.rename(next, path);
  } catch (cause) {
    throw new AgentOpError(`Cannot write ${path}: ${reasonOf(cause)}`, { remedy: "AGENTOP_HOME=DIR", cause });
  }
}

const pathOf = (home: string) => join(home, "models.json");

function checkUrl(serverUrl: string): void {
  readServerUrl(serverUrl, {
    variable: "--server",
    example: "http://127.0.0.1:8000/v1",
    keyVariable: "nothing: the server must take calls without a key",
  });
}

function unusable(path: string): AgentOpError {
  return new AgentOpError(`Cannot use ${path}: it is no list of models`, {
    remedy: "delete it, and register them anew",
  });
}
