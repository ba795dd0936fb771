import { AgentOpError, type Run, type RunReader, StoreError } from "../../core/mod.ts";
import { HttpProblem } from "../problem.ts";

/** The run that a path names. Throws `HttpProblem` 404. */
export async function findRun(store: Pick<RunReader, "resolveRun">, reference: string): Promise<Run> {
  try {
    return await store.resolveRun(reference);
  } catch (error) {
    if (error instanceof AgentOpError && !(error instanceof StoreError)) {
      throw new HttpProblem(404, error.reason);
    }
    throw error;
  }
}
