import { PROVIDERS, SERVICE_VARIABLES, SERVICES } from "./environment.ts";
import type { Secret } from "./redact.ts";

/** The settings of a program that hold secrets. */
export interface SecretSettings {
  readonly endpoint?: {
    readonly provider?: string;
    readonly apiKey?: string;
    readonly serverUrl?: string;
  };
  /** Of services, by the variable that holds each. */
  readonly secrets: Readonly<Partial<Record<string, string>>>;
  readonly collector?: { readonly headers?: Readonly<Record<string, string>> };
  readonly alertVariables?: Readonly<Partial<Record<string, string>>>;
  readonly vault?: { readonly key: string };
}

/** Parameters of a URL that hold a key. */
const KEY_PARAMETER = /key|token|secret|sig|auth|pass|cred/i;

/** Who e-mail comes from: it is in every message. */
const NO_SECRET = "AGENTOP_ALERT_FROM";

/** What must be found nowhere: keys, and what a server's URL holds besides an address. */
export function secretsOf(
  { endpoint, secrets, collector, alertVariables = {}, vault }: SecretSettings,
): readonly Secret[] {
  const found: Secret[] = [];
  const add = (name: string, value: string | undefined) => value !== undefined && found.push({ name, value });
  for (const [provider, names] of Object.entries(PROVIDERS)) {
    if (endpoint === undefined || (endpoint.provider ?? provider) !== provider) continue;
    add(names.apiKey, endpoint.apiKey);
    for (const value of secretsInUrl(endpoint.serverUrl)) add(names.serverUrl, value);
  }
  for (const [key] of Object.values(SERVICES)) add(key, secrets[key]);
  for (const name of SERVICE_VARIABLES) {
    for (const value of secretsInUrl(secrets[name])) add(name, value);
  }
  for (const value of Object.values(collector?.headers ?? {})) add("OTEL_EXPORTER_OTLP_HEADERS", value);
  add("AGENTOP_VAULT_KEY", vault?.key);
  for (const [name, value] of Object.entries(alertVariables)) {
    if (name === NO_SECRET || value === undefined) continue;
    for (const secret of [value, ...secretsInUrl(value)]) add(name, secret);
  }
  return found;
}

/**
 * What commands of the person's own are started with besides all that they have: every variable that holds a secret of ours, empty.
 * Most of the environment may not be read here, so it cannot be given piece by piece.
 */
export function withoutKeys(settings: SecretSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(secretsOf(settings).map(({ name }) => [name, ""]));
}

/** A parameter of it is called as keys are. */
export function hasKeyParameter(url: URL): boolean {
  return [...url.searchParams.keys()].some((name) => KEY_PARAMETER.test(name));
}

function secretsInUrl(text: string | undefined): readonly string[] {
  const url = text === undefined ? null : URL.parse(text);
  if (!url) return [];
  const keys = [...url.searchParams].flatMap(([name, value]) => KEY_PARAMETER.test(name) ? [value] : []);
  return [decoded(url.username), decoded(url.password), ...keys].filter((it) => it !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
