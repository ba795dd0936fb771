import { AgentOpError } from "../../../core/mod.ts";
import { readTextFile } from "../../../schema/mod.ts";

const EDIT_MAX_BYTES = 1_000_000;
const STEPS_MAX = 1_000_000;

/** What steps say instead, from `--edit STEP=FILE`. Throws `AgentOpError`. */
export async function readEdits(values: readonly string[] = []): Promise<ReadonlyMap<number, string>> {
  const edits = new Map<number, string>();
  for (const value of values) {
    const [, step, file] = /^\s*(\d+)\s*=(.+)$/s.exec(value) ?? [];
    const number = Number(step ?? NaN);
    if (file === undefined || !(number <= STEPS_MAX)) {
      throw new AgentOpError(
        `Cannot read --edit ${value.slice(0, 80)}: it must be the number of a step, "=" and a file`,
        { remedy: "--edit 3=result.txt" },
      );
    }
    if (edits.has(number)) {
      throw new AgentOpError(`Cannot edit step ${number}: it is edited twice`, {
        remedy: `--edit ${number}=FILE once`,
      });
    }
    const text = await readTextFile(file, {
      maxBytes: EDIT_MAX_BYTES,
      verb: `read the edit of step ${number} from`,
      ifMissing: `--edit ${number}=FILE`,
      mayBePipe: true,
    });
    edits.set(number, text);
  }
  return edits;
}
