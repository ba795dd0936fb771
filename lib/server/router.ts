import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { z } from "zod";
import type { AnsweredRequest } from "./answered.ts";
import { explainIssues } from "./explain_issues.ts";
import { type Caller, callerOf, type CallerRules, checkRole, tooMany } from "./gate/callers.ts";
import { SECURITY_HEADERS } from "./gate/headers.ts";
import { HttpProblem, problemOf } from "./problem.ts";
import { parseJsonBody, readBytes } from "./read_body.ts";
import type { Route, RouteBody } from "./route.ts";
import type { ServerServices } from "./services.ts";

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly services: ServerServices;
  readonly callers: CallerRules;
  /** Besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onAnswered?: (request: AnsweredRequest) => void;
}

type Env = { readonly Bindings: HttpBindings };
type Fetch = (request: Request, bindings: HttpBindings) => Promise<Response>;

/** Answers requests by the table. The function it returns never rejects. */
export function createRouter(options: RouterOptions): Fetch {
  const { routes, services: { host }, callers } = options;
  const hono = new Hono<Env>({ strict: true });
  /** How a request is answered, whatever becomes of it. */
  const answer = async (
    request: Request,
    { incoming }: HttpBindings,
    route: Route | undefined,
    work: (caller: Caller) => Promise<Response>,
  ): Promise<Response> => {
    const startMs = host.now();
    let error: unknown;
    let response: Response;
    try {
      response = await work(await admitted(incoming, request.headers, route, callers));
    } catch (cause) {
      const problem = problemOf(cause);
      if (problem.status >= 500) error = cause;
      response = failed(problem, options.services.app.redactor.text(problem.message), request, route);
    }
    response = withHeaders(response, {
      ...SECURITY_HEADERS,
      ...options.headers,
      ...(hasUnreadBody(request, incoming) ? { connection: "close" } : {}),
    });
    options.onAnswered?.({
      method: route && route.method !== "*" ? route.method : knownMethod(request.method),
      route: route?.path ?? "",
      status: response.status,
      tookMs: host.now() - startMs,
      ...(error === undefined ? {} : { error }),
    });
    return response;
  };
  const methods = new Map<string, string[]>();
  const serve = (route: Route) => {
    const path = honoPath(route.path);
    hono.on(route.method === "*" ? METHODS : [route.method], [path], (context) => {
      const { req: { raw }, env } = context;
      const params = context.req.param() as Readonly<Record<string, string>>;
      return answer(raw, env, route, (caller) => handled({ route, raw, env, params, caller }, options));
    });
    if (route.method !== "*") methods.set(path, [...methods.get(path) ?? [], route.method]);
  };
  const isWildcard = ({ method }: Route) => method === "*";
  routes.filter((it) => !isWildcard(it)).forEach(serve);
  for (const [path, allowed] of methods) {
    const allow = allowed.flatMap((it) => it === "GET" ? ["GET", "HEAD"] : [it]).join(", ");
    hono.all(path, ({ req: { raw }, env }) =>
      answer(raw, env, undefined, () => {
        throw new HttpProblem(405, "Method not allowed", { headers: { allow } });
      }));
  }
  routes.filter(isWildcard).forEach(serve); // what a path of its own has is not theirs, whatever the method
  hono.notFound(({ req: { raw }, env }) =>
    answer(raw, env, undefined, () => {
      throw new HttpProblem(404, "Not found");
    })
  );
  return async (request, bindings) => await hono.fetch(request, bindings);
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function knownMethod(method: string): string {
  return METHODS.includes(method) || method === "HEAD" || method === "OPTIONS" ? method : "other";
}

/** `/runs/{run_id}` as hono says it. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** Who may go on: a known key with the right role, that has not asked too often. Throws `HttpProblem`. */
async function admitted(
  incoming: HttpBindings["incoming"],
  headers: Headers,
  route: Route | undefined,
  rules: CallerRules,
): Promise<Caller> {
  const isOpen = route?.role === "none";
  const { findKey: _, ...withoutKeys } = rules;
  const caller = await callerOf(incoming, headers, isOpen ? withoutKeys : rules, route);
  if (route && route.role !== "none") checkRole(caller, route.role);
  const wait = rules.paces.take(route?.pace ?? "read", caller.id);
  if (wait !== undefined) throw tooMany(wait);
  return caller;
}

interface Matched {
  readonly route: Route;
  readonly raw: Request;
  readonly env: HttpBindings;
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller;
}

async function handled(
  { route, raw, env, params, caller }: Matched,
  { services }: RouterOptions,
): Promise<Response> {
  const url = new URL(raw.url);
  const result = await route.handle({
    params: checked(route.params, params, "path"),
    query: checked(route.query, queryOf(url), "query"),
    body: route.body && await bodyOf(route.body, raw),
    method: raw.method,
    path: url.pathname,
    target: url.pathname + url.search,
    headers: raw.headers,
    signal: raw.signal,
    caller: caller.id,
    incoming: env.incoming as typeof env.incoming,
  }, services);
  return result instanceof Response ? result : Response.json(result);
}

/** The last of several values; the table's keys alone decide what is read of it. */
function queryOf({ searchParams }: URL): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of searchParams) query[name] = value;
  return query;
}

function checked(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return value;
  const { data, error } = schema.safeParse(value);
  if (error) throw new HttpProblem(422, explainIssues(error, where, fieldsOf(schema)));
  return data;
}

function fieldsOf(schema: z.ZodType): readonly string[] {
  return "shape" in schema && typeof schema.shape === "object" ? Object.keys(schema.shape ?? {}) : [];
}

async function bodyOf(body: RouteBody<unknown>, raw: Request): Promise<unknown> {
  const types = body.kind === "json" ? ["application/json"] : body.types;
  const type = (raw.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (types && !types.includes(type)) {
    throw new HttpProblem(415, `Content-Type must be ${types.join(" or ")}`);
  }
  if (body.kind === "stream") return raw.body;
  const announced = raw.headers.get("content-length");
  const bytes = await readBytes(raw.body, { maxBytes: body.maxBytes, announced });
  if (body.kind === "bytes") return bytes;
  if (raw.headers.has("content-encoding")) throw new HttpProblem(415, "Content-Encoding is not taken here");
  return checked(body.schema, parseJsonBody(bytes), "body");
}

function failed(problem: HttpProblem, detail: string, request: Request, route: Route | undefined): Response {
  const { status, headers, more } = problem;
  const response = route?.failed?.(status, detail, request) ?? Response.json({ detail, ...more }, { status });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

/** Headers that an answer does not say itself. Those of some answers cannot be changed. */
function withHeaders(response: Response, more: Readonly<Record<string, string>>): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(more)) if (!headers.has(name)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** What nobody reads any more is not read to its end: the connection is closed instead. */
function hasUnreadBody(request: Request, { complete }: HttpBindings["incoming"]): boolean {
  return request.method !== "GET" && request.method !== "HEAD" && !complete;
}
