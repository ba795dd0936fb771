import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import type { KeyRole } from "../core/mod.ts";
import type { ServerServices } from "./services.ts";

/** How often somebody may ask: the bucket of `gate/pace.ts` that a request is taken from. */
export type Pace = "read" | "start" | "ingest";

/** What a body is read as. All sorts are bounded; the bytes of a `stream` are counted by whoever reads it. */
export type RouteBody<Body> =
  | {
    readonly kind: "json";
    readonly schema: z.ZodType<Body>;
    readonly maxBytes: number;
  }
  | {
    /** The handler reads it: as it came, still compressed. */
    readonly kind: "bytes";
    readonly maxBytes: number;
    /** Media types that are taken, without parameters; others are 415. */
    readonly types: readonly string[];
  }
  | { readonly kind: "stream"; readonly types?: readonly string[] };

/** What comes back when all is well. */
export type RouteAnswer =
  | { readonly type: "application/json"; readonly schema: z.ZodType; readonly description: string }
  | { readonly type: string; readonly schema?: undefined; readonly description: string };

/** One request, checked: what its route says it takes is what it has. */
export interface RouteRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  /** Of the sort the route asks for: the checked value, the bytes or the stream. */
  readonly body: Body;
  readonly method: string;
  /** As it came, without the query, and with it. */
  readonly path: string;
  readonly target: string;
  readonly headers: Headers;
  /** Aborted when the caller has gone or the server closes at once. */
  readonly signal: AbortSignal;
  /** Who asks: the key's id, or the address where no key is needed. */
  readonly caller: string;
  /** For what needs more than this; its body must not be read twice. */
  readonly incoming: IncomingMessage;
}

/**
 * One line of the table in `routes/mod.ts`, from which the router, the check of keys, the pace, the OpenAPI document and the tests of
 * every route are made.
 */
export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: "GET" | "POST" | "DELETE" | "PUT" | "PATCH" | "*";
  /** Names of parameters in braces: `/runs/{run_id}`. A last part `*` stands for everything below. */
  readonly path: string;
  /** What a key must allow; `none` needs no key. */
  readonly role: KeyRole | "none";
  readonly pace: Pace;
  readonly summary: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: RouteBody<Body>;
  readonly answer: RouteAnswer;
  /** Statuses besides those that every route has, and when. */
  readonly failures?: Readonly<Record<number, string>>;
  /** A key may also come as the password of `Authorization: Basic`, as some clients' own settings have it. @default false */
  readonly takesBasic?: boolean;
  /** With a key in `X-API-Key`, `Authorization` is for the server behind this one. @default false */
  readonly passesAuthorization?: boolean;
  /** Left out of the OpenAPI document: wildcards. @default false */
  readonly isHidden?: boolean;
  /** How this route says that something went wrong. @default `{"detail": …}` as JSON */
  failed?(status: number, detail: string, request: { readonly headers: Headers }): Response;
  /** The document, or a whole `Response`. Throws `HttpProblem`; an `AgentOpError` is 400. */
  handle(request: RouteRequest<Params, Query, Body>, services: ServerServices): Promise<unknown>;
}

/** A line of the table whose handler knows the types that its schemas give. */
export function route<Params, Query, Body>(it: Route<Params, Query, Body>): Route {
  return it as Route;
}
