import { isFinal } from "../../core/mod.ts";
import { httpRunShape } from "../../documents/mod.ts";
import { eventFrames, eventResponse, readEventId } from "../live_events.ts";
import { route } from "../route.ts";
import { findRun } from "./find_run.ts";
import { runParams } from "./schemas.ts";

export const getEvents = route({
  method: "GET",
  path: "/runs/{run_id}/events",
  role: "read",
  pace: "read",
  summary: "A run as it happens, as server-sent events; `Last-Event-ID` goes on from there",
  params: runParams,
  answer: {
    type: "text/event-stream",
    description:
      "`run_start`, `span_start`, `delta`, `reset`, `span_end`, `run_update`, and `end` with the run once nobody works on it",
  },
  failures: {
    204: "It has ended, and `Last-Event-ID` is its last",
    404: "There is no such run",
    503: "Too many readers",
  },
  async handle({ params, headers, signal }, { store, host, closing, readers }) {
    const { traceId, status } = await findRun(store, params.run_id);
    const since = readEventId(headers.get("last-event-id"));
    // A browser comes again until it is told that there is no more.
    if (since && isFinal(status) && !(await store.changesSince(traceId, since))?.run) {
      return new Response(null, { status: 204 });
    }
    const frames = eventFrames({
      store,
      host,
      signal: AbortSignal.any([signal, closing]),
      ...(since ? { since } : {}),
      last: (run) => ({ event: "end", data: httpRunShape(run) }),
    }, traceId);
    return eventResponse(readers.counted(frames, signal));
  },
});
