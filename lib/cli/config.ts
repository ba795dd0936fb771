import { join } from "node:path";
import { type NumberRange, readNumber } from "./frame/number.ts";
import {
  AgentOpError,
  ALERT_VARIABLES,
  type ENVIRONMENT,
  oneLine,
  PROCESS_ENVIRONMENT,
  PROVIDERS,
  readServerUrl,
  RUNNER_ENVIRONMENT,
  SERVICE_URLS,
  SERVICE_VARIABLES,
  timeZoneNamed,
} from "../core/mod.ts";
import type { AppConfig } from "../app/mod.ts";

/** Everything the program takes from its surroundings. This file is the only reader of the environment. */
export interface Config extends AppConfig {
  /** As git chooses it: what is set, else what every system has. */
  readonly editor: string;
  /** Where Jupyter keeps what belongs to the user. */
  readonly jupyterFolder: string;
  /** Where Jupyter looks besides, as `JUPYTER_PATH` says. */
  readonly jupyterPath: string | undefined;
  readonly term: string;
  /** The build server of GitHub runs this: it reads lines about what it should show. */
  readonly isGitHubActions: boolean;
  readonly color: "auto" | "none" | "always";
}

export interface GlobalFlags {
  readonly store?: string | undefined;
  readonly home?: string | undefined;
  readonly color?: boolean | undefined;
  /** Days and times in UTC. */
  readonly utc?: boolean | undefined;
  /** Rules for personal data. */
  readonly redact?: string | undefined;
}

type Variable = (typeof ENVIRONMENT)[number];
export type Environment = (name: Variable) => string | undefined;

/** An empty variable counts as unset. */
function processEnvironment(name: Variable): string | undefined {
  const value = Deno.env.get(name);
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** Throws `AgentOpError` that names the variable for a value that cannot be used. */
export function readConfig(flags: GlobalFlags = {}, env: Environment = processEnvironment): Config {
  const home = flags.home ?? env("AGENTOP_HOME") ?? join(dataFolder(env), "agentop");
  const endpoint = endpointOf(env);
  const store = flags.store ?? env("AGENTOP_STORE");
  if (store !== undefined && /^[a-z][a-z0-9+]+:\/\//i.test(store)) {
    throw new AgentOpError(
      `Cannot open the store ${store.split("://")[0]}://…: this version keeps its store in a SQLite file`,
      { remedy: "--store PATH" },
    );
  }
  const minWaitMs = 1000 * number(env, "MISTRAL_RETRY_MIN_WAIT", 1, { min: 0, max: 3600 })!;
  const maxWaitMs = 1000 * number(env, "MISTRAL_RETRY_MAX_WAIT", 60, { min: 0, max: 3600 })!;
  const agents = env("AGENTOP_AGENTS");
  const redact = flags.redact ?? env("AGENTOP_REDACT");
  return {
    ...given("endpoint", endpoint),
    useSimulator: endpoint === undefined,
    defaults: {
      ...given("model", env("MISTRAL_MODEL")),
      ...given("maxTokens", number(env, "MAX_TOKENS", undefined, { min: 1, isWhole: true })),
      ...given("temperature", number(env, "TEMPERATURE", undefined, { min: 0, max: 1.5 })),
    },
    retry: {
      maxAttempts: number(env, "MISTRAL_RETRY_MAX_ATTEMPTS", 3, { min: 1, max: 100, isWhole: true })!,
      minWaitMs,
      maxWaitMs,
    },
    home,
    storePath: store ?? join(home, "agentop.db"),
    storeGiven: store !== undefined,
    agentFolders: agents ? agents.split(Deno.build.os === "windows" ? ";" : ":").filter((it) => it !== "") : [
      "agents",
      join(home, "agents"),
    ],
    secrets: Object.assign({}, ...SERVICE_VARIABLES.map((name) => given(name, secretOf(env, name)))),
    alertVariables: Object.assign({}, ...ALERT_VARIABLES.map((name) => given(name, env(name)))),
    environments: {
      plain: variables(PROCESS_ENVIRONMENT),
      runner: { ...variables(RUNNER_ENVIRONMENT), ...given("AGENTOP_REDACT", redact) },
    },
    ...given("redact", redact),
    ...given("vault", vaultOf(env, redact)),
    collector: {
      ...given("endpoint", env("OTEL_EXPORTER_OTLP_ENDPOINT")),
      ...given("headers", headersOf(env("OTEL_EXPORTER_OTLP_HEADERS"))),
    },
    ...given("elevenLabsPlan", env("ELEVENLABS_PLAN")),
    ...given("timeZone", flags.utc ? "UTC" : zoneOf(env)),
    editor: env("VISUAL") ?? env("EDITOR") ?? (Deno.build.os === "windows" ? "notepad" : "vi"),
    jupyterFolder: env("JUPYTER_DATA_DIR") ?? jupyterFolder(env),
    jupyterPath: env("JUPYTER_PATH"),
    term: env("TERM") ?? "",
    isGitHubActions: env("GITHUB_ACTIONS") === "true",
    color: flags.color === false || env("NO_COLOR") || env("TERM") === "dumb"
      ? "none"
      : env("FORCE_COLOR") && env("FORCE_COLOR") !== "0"
      ? "always"
      : "auto",
  };
}

/** Both of its variables, or none. Without rules nothing goes into it, and what is there can be read. */
function vaultOf(env: Environment, redact: string | undefined): AppConfig["vault"] {
  const [path, key] = [env("AGENTOP_VAULT"), env("AGENTOP_VAULT_KEY")];
  if (path !== undefined && key !== undefined) return { path, key };
  if (redact === undefined || path === undefined && key === undefined) return undefined;
  const [set, missing] = path === undefined
    ? ["AGENTOP_VAULT_KEY", "AGENTOP_VAULT"]
    : ["AGENTOP_VAULT", "AGENTOP_VAULT_KEY"];
  throw new AgentOpError(`Cannot keep what is redacted: ${set} is set, and ${missing} is not`, {
    remedy: path === undefined ? "AGENTOP_VAULT=FILE" : 'AGENTOP_VAULT_KEY="$(agentop vault key)"',
  });
}

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry has it. */
function headersOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(",").filter((it) => it.trim() !== "").map((pair) => {
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(0, at)).trim();
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw badHeaders();
      try {
        return [name, decodeURIComponent(pair.slice(at + 1).trim())];
      } catch {
        throw badHeaders();
      }
    }),
  );
}

function badHeaders(): AgentOpError {
  return new AgentOpError("Cannot read OTEL_EXPORTER_OTLP_HEADERS: it is no list of headers", {
    remedy: "OTEL_EXPORTER_OTLP_HEADERS=name=value,name=value",
  });
}

/** Those that are set and may be read. */
function variables(names: readonly string[]): Readonly<Record<string, string>> {
  const read = (name: string): readonly (readonly [string, string])[] => {
    try {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    } catch {
      return []; // a library runs with the permissions of who uses it
    }
  };
  return Object.fromEntries(names.flatMap(read));
}

function endpointOf(env: Environment): AppConfig["endpoint"] {
  for (const [provider, variables] of Object.entries(PROVIDERS)) {
    const [apiKey, serverUrl] = [env(variables.apiKey), env(variables.serverUrl)];
    if (apiKey === undefined && serverUrl === undefined) continue;
    return { provider, ...given("apiKey", apiKey), ...given("serverUrl", serverUrl) };
  }
  return undefined;
}

/** What a tool is told; a server's URL is checked here, where its variable is known. */
function secretOf(env: Environment, name: (typeof SERVICE_VARIABLES)[number]): string | undefined {
  const value = env(name);
  if (value === undefined || !(name in SERVICE_URLS)) return value;
  const url = value.trim();
  readServerUrl(url, { variable: name, ...SERVICE_URLS[name as keyof typeof SERVICE_URLS] });
  return url;
}

/** The flag aside, a zone that was named; the machine's own is asked for when a time is shown. */
function zoneOf(env: Environment): string | undefined {
  const name = env("AGENTOP_TZ");
  if (name === undefined) return undefined;
  const zone = timeZoneNamed(name.trim());
  if (zone !== undefined) return zone;
  throw new AgentOpError(`Cannot use AGENTOP_TZ: not a time zone: got "${oneLine(name, 60)}"`, {
    remedy: "AGENTOP_TZ=Europe/Paris, or unset AGENTOP_TZ",
  });
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function number(
  env: Environment,
  name: Variable,
  fallback: number | undefined,
  range: NumberRange,
): number | undefined {
  const text = env(name);
  return text === undefined ? fallback : readNumber(name, text, range, `unset ${name}`);
}

/** XDG base directory on Unix, the local application data on Windows. */
function dataFolder(env: Environment): string {
  const xdg = env("XDG_DATA_HOME");
  if (xdg) return xdg;
  const home = env("HOME") ?? env("USERPROFILE");
  if (Deno.build.os === "windows" && env("LOCALAPPDATA")) return env("LOCALAPPDATA")!;
  if (!home) {
    throw new AgentOpError("Cannot find a data folder: HOME is not set", { remedy: "AGENTOP_HOME=DIR" });
  }
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Application Support")
    : join(home, ".local", "share");
}

/** As Jupyter itself finds it. */
/** Jupyter's folder of this person, unless a variable names another. */
export function jupyterFolder(
  env: (name: "HOME" | "USERPROFILE" | "XDG_DATA_HOME") => string | undefined,
): string {
  const home = env("HOME") ?? env("USERPROFILE") ?? ".";
  if (Deno.build.os === "darwin") return join(home, "Library", "Jupyter");
  if (Deno.build.os === "windows") return join(home, "AppData", "Roaming", "jupyter");
  return join(env("XDG_DATA_HOME") ?? join(home, ".local", "share"), "jupyter");
}
