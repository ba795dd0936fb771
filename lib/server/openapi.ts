import { z } from "zod";
import type { JsonObject, OpenApiDocument, Operation } from "./api_document.ts";
import type { Route } from "./route.ts";

/** What every route may answer. */
const FAILURES: Readonly<Record<number, string>> = {
  400: "What is asked for cannot be done, or the body is no JSON",
  403: "Host or Origin is not this server, or the key does not allow it",
  422: "Path, query or body are not what the schema says",
  429: "Too many requests: `Retry-After` says when to come again",
  503: "The store cannot be used now, or the server is closing",
};

/** OpenAPI 3.1 of the routes, from the schemas that check requests. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const schemas: Record<string, unknown> = { Problem: PROBLEM };
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    if (route.isHidden || route.method === "*") continue;
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "AgentOp Studio",
      version,
      description:
        "Runs of agents: made, read, followed, replayed, scored. Times are ISO 8601 in UTC, money is USD. " +
        "What is unknown is null.",
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: { type: "apiKey", in: "header", name: "X-API-Key" },
        bearer: { type: "http", scheme: "bearer" },
      },
    },
  };
}

const PROBLEM = {
  type: "object",
  properties: { detail: { type: "string" } },
  required: ["detail"],
};
const PROBLEM_CONTENT = { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } };

function operationOf(route: Route, schemas: Record<string, unknown>): Operation {
  const { answer, body, role, failures } = route;
  const schema = (it: z.ZodType, io: "input" | "output") => schemaOf(it, io, schemas);
  const parameters = [
    ...parametersOf("path", route.params && schema(route.params, "input")),
    ...parametersOf("query", route.query && schema(route.query, "input")),
  ];
  const content = body?.kind === "json"
    ? { "application/json": { schema: schema(body.schema, "input") } }
    : Object.fromEntries((body?.types ?? ["*/*"]).map((type) => [type, {}]));
  const problems = {
    ...FAILURES,
    ...(role === "none" ? {} : { 401: "A key is needed, in `X-API-Key` or `Authorization: Bearer`" }),
    ...(body ? { 413: "The body is too large", 415: "Content-Type or Content-Encoding are not taken" } : {}),
    ...failures,
  };
  return {
    summary: route.summary,
    description: role === "none" ? "Needs no key." : `Needs a key with the role ${role}, where keys are on.`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content } } : {}),
    ...(role === "none" ? { security: [] } : { security: [{ key: [] }, { bearer: [] }] }),
    responses: {
      200: {
        description: answer.description,
        content: {
          [answer.type]: { schema: answer.schema ? schema(answer.schema, "output") : { type: "string" } },
        },
      },
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          status,
          { description, ...(Number(status) < 300 ? {} : { content: PROBLEM_CONTENT }) },
        ]),
      ),
    },
  } as Operation;
}

function parametersOf(where: "path" | "query", schema: JsonObject | undefined): readonly JsonObject[] {
  const properties = schema?.["properties"] as Readonly<Record<string, JsonObject>> | undefined;
  const required = (schema?.["required"] ?? []) as readonly string[];
  return Object.entries(properties ?? {}).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

/** A schema as JSON; those with a name are told once, in `schemas`. */
function schemaOf(it: z.ZodType, io: "input" | "output", schemas: Record<string, unknown>): JsonObject {
  const json = z.toJSONSchema(it, {
    io,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      delete jsonSchema.id;
    },
  });
  const { $schema: _, $defs = {}, ...rest } = referring(json) as Record<string, unknown>;
  for (const [name, schema] of Object.entries($defs as JsonObject)) schemas[name] = schema;
  return rest;
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" ? String(inner).replace("#/$defs/", "#/components/schemas/") : referring(inner),
    ]),
  );
}
