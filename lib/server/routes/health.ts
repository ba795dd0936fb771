import { z } from "zod";
import { HttpProblem } from "../problem.ts";
import { route } from "../route.ts";

/** A prober waits no longer. */
const READY_MS_MAX = 1_000;

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
  async handle(_, { app, store, closing }) {
    if (closing.aborted) throw new HttpProblem(503, "The server is closing");
    const isRead = await Promise.race([
      store.listRuns({ limit: 1 }).then(() => true),
      app.host.sleep(READY_MS_MAX, closing).then(() => false, () => false),
    ]);
    if (!isRead) throw new HttpProblem(503, "The store is held by somebody");
    return { status: "ok" };
  },
});
