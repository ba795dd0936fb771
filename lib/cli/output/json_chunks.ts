/** Lists and objects are written item by item down to here: a run, its snapshots, one's memory, its messages. */
const SPLIT_DEPTH = 5;
/** What is gathered before it is written. */
const CHUNK_CHARS = 64 * 1024;

/**
 * What `JSON.stringify(value, null, indent)` gives, in pieces: the whole of a long run is longer than a text can be. Pieces end
 * between tokens. `value` is plain data.
 */
export function* jsonChunks(value: unknown, indent = 0): Generator<string> {
  let chunk = "";
  for (const piece of pieces(value, { indent, known: new WeakMap() }, "\n", 0)) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

interface Style {
  readonly indent: number;
  /** What was written whole before: each snapshot of a memory holds the same messages. */
  readonly known: WeakMap<object, string>;
}

/** `newline` is a line end with the indentation of `value`. */
function* pieces(value: unknown, style: Style, newline: string, depth: number): Generator<string> {
  const { indent } = style;
  const entries = depth < SPLIT_DEPTH ? entriesOf(value) : undefined;
  if (!entries) {
    yield whole(value, style, newline);
    return;
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = newline + " ".repeat(indent);
  let isFirst = true;
  for (const [key, item] of entries) {
    yield (isFirst ? open! : ",") + (indent === 0 ? "" : inner);
    if (key !== undefined) yield JSON.stringify(key) + (indent === 0 ? ":" : ": ");
    yield* pieces(item, style, inner, depth + 1);
    isFirst = false;
  }
  yield isFirst ? open! + close! : (indent === 0 ? "" : newline) + close!;
}

function whole(value: unknown, { indent, known }: Style, newline: string): string {
  const isObject = value !== null && typeof value === "object";
  let json = isObject ? known.get(value) : undefined;
  if (json === undefined) {
    json = JSON.stringify(value, null, indent) ?? "null";
    if (isObject) known.set(value, json);
  }
  // A line end in JSON is always one between tokens.
  return indent === 0 ? json : json.replaceAll("\n", newline);
}

type Entries = Iterable<readonly [key: string | undefined, item: unknown]>;

/** Of a list, or of an object, what JSON tells of it; nothing of what stands for itself. */
function entriesOf(value: unknown): Entries | undefined {
  if (value === null || typeof value !== "object" || "toJSON" in value) return undefined;
  if (Array.isArray(value)) {
    return Array.from(value, (item) => [undefined, isTold(item) ? item : null] as const); // also where it has gaps
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  return Object.entries(value).filter(([, item]) => isTold(item));
}

function isTold(item: unknown): boolean {
  return item !== undefined && typeof item !== "function" && typeof item !== "symbol";
}
