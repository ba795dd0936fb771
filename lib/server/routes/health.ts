import { z } from "zod";
import { HttpProblem } from "../problem.ts";
import { route } from "../route.ts";

const ok = z.strictObject({ status: z.literal("ok") });

export const healthz = route({
  method: "GET",
  path: "/healthz",
  role: "none",
  pace: "read",
  summary: "The process answers",
  answer: { type: "application/json", schema: ok, description: "It does" },
  handle: () => Promise.resolve({ status: "ok" }),
});

export const readyz = route({
  method: "GET",
  path: "/readyz",
  role: "none",
  pace: "read",
  summary: "The store can be read and the server is not closing",
  answer: { type: "application/json", schema: ok, description: "It is so" },
  failures: { 503: "It is not" },
  async handle(_, { store, closing }) {
    if (closing.aborted) throw new HttpProblem(503, "The server is closing");
    await store.listRuns({ limit: 1 });
    return { status: "ok" };
  },
});
