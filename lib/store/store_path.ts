import { dirname } from "node:path";
import { AgentOpError, reasonOf } from "../core/mod.ts";
import { MEMORY } from "./sqlite/location.ts";

/** Where the store is, and who said so. */
export interface StorePlace {
  readonly storePath: string;
  /** The user named the store: its folder is not made for them. */
  readonly storeGiven: boolean;
  /** What is done reads: a store that is not there is an error, not made. @default false */
  readonly storeMustExist?: boolean;
}

/**
 * A folder that the user named must exist, for what only reads the store too; the default one is made. Throws `AgentOpError`.
 */
export function checkStorePath({ storePath, storeGiven, storeMustExist }: StorePlace): void {
  if (storeMustExist && storePath !== MEMORY && isMissing(storePath) && !isMissing(dirname(storePath))) {
    throw new AgentOpError(`Cannot open the store ${storePath}: there is no store at ${storePath}`, {
      remedy: "the path of one, in --store or AGENTOP_STORE; agentop run and eval make a new one",
    });
  }
  if (storeGiven) return;
  const folder = dirname(storePath);
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AgentOpError(`Cannot make the folder ${folder}: ${reasonOf(cause)}`, {
      remedy: "AGENTOP_HOME=DIR",
      cause,
    });
  }
}

/** A link to nothing is there: opening it says what is wrong. */
function isMissing(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
