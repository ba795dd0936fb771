import type { IncomingMessage } from "node:http";
import { isRoleEnough, type KeyRole } from "../../core/mod.ts";
import { HttpProblem } from "../problem.ts";
import { type HostRules, plainAddress } from "./hosts.ts";
import type { Paces } from "./pace.ts";

/** Who asks. */
export interface Caller {
  /** The key's id, or the address. */
  readonly id: string;
  readonly role: KeyRole;
}

/** Finds a key that is not revoked; `undefined` for every other text. */
export type FindKey = (
  text: string,
) => Promise<{ readonly keyId: string; readonly role: KeyRole } | undefined>;

/** How callers are known. */
export interface CallerRules extends Pick<HostRules, "isTrustedProxy"> {
  /** Absent: no key is needed, everybody who reaches this server may do everything. */
  readonly findKey?: FindKey;
  readonly paces: Paces;
}

const BASIC = /^Basic +([A-Za-z0-9+/=]{1,1000})$/i;
const BEARER = /^Bearer +(\S+)$/i;

/** The same answer for no key, a wrong one, a revoked one and one in the URL. */
function unauthorized(): HttpProblem {
  return new HttpProblem(401, "A key is needed, in X-API-Key or Authorization: Bearer", {
    headers: { "www-authenticate": "Bearer" },
  });
}

/** Who asks, allowed to. Throws `HttpProblem`: 401, 403, 429. */
export async function callerOf(
  incoming: IncomingMessage,
  headers: Headers,
  { findKey, paces, isTrustedProxy }: CallerRules,
  takes: KeyPlaces = {},
): Promise<Caller> {
  const address = addressOf(incoming, headers, isTrustedProxy);
  if (!findKey) return { id: address, role: "admin" };
  const text = keyIn(headers, takes);
  const key = text === undefined ? undefined : await findKey(text);
  if (key) return { id: key.keyId, role: key.role };
  const wait = paces.take("refused", address);
  throw wait === undefined ? unauthorized() : tooMany(wait);
}

/** Throws `HttpProblem` 403 for a key that does not allow as much. */
export function checkRole({ role }: Caller, needed: KeyRole): void {
  if (!isRoleEnough(role, needed)) throw new HttpProblem(403, `This needs a key with the role ${needed}`);
}

export function tooMany(seconds: number): HttpProblem {
  return new HttpProblem(429, "Too many requests", { headers: { "retry-after": String(seconds) } });
}

/** Where a route looks for keys besides `X-API-Key` and `Authorization: Bearer`. */
export interface KeyPlaces {
  readonly takesBasic?: boolean;
  readonly passesAuthorization?: boolean;
}

/** One key, wherever it is; two different ones are none, unless the second is for the server behind. */
function keyIn(headers: Headers, { takesBasic, passesAuthorization }: KeyPlaces): string | undefined {
  const given = headers.get("x-api-key") ?? undefined;
  if (given !== undefined && passesAuthorization) return given;
  const authorization = headers.get("authorization");
  if (authorization === null) return given;
  const key = BEARER.exec(authorization)?.[1] ?? (takesBasic ? passwordIn(authorization) : undefined);
  return given === undefined || given === key ? key : undefined;
}

function passwordIn(authorization: string): string | undefined {
  const packed = BASIC.exec(authorization)?.[1];
  if (packed === undefined) return undefined;
  try {
    const text = atob(packed);
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : text.slice(colon + 1);
  } catch {
    return undefined;
  }
}

/** The address that a connection comes from; behind a proxy that is trusted, the last one that no trusted proxy has. */
export function addressOf(
  { socket }: IncomingMessage,
  headers: Headers,
  isTrustedProxy: HostRules["isTrustedProxy"],
): string {
  let address = plainAddress(socket.remoteAddress);
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((it) => plainAddress(it.trim()));
  while (isTrustedProxy(address)) {
    const before = forwarded.pop();
    if (before === undefined || before === "") break;
    address = before.slice(0, ADDRESS_MAX_CHARS);
  }
  return address;
}

const ADDRESS_MAX_CHARS = 64;
