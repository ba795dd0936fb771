/** More are not shown: as rows they would be more than anybody reads, and the memory has an end. */
export const JSON_NODES_MAX = 1_000_000;
const SHORT_LIST_MAX = 16;
const SHORT_LIST_LENGTH_MAX = 40;

/** A JSON value as a list of its parts in the order in which they are read, whatever its depth. */
export interface JsonNodes {
  readonly count: number;
  /** Of an entry of a list its index, of the whole nothing. */
  readonly keys: readonly (string | number | undefined)[];
  readonly values: readonly unknown[];
  readonly depths: readonly number[];
  /** The node it is in; of the whole -1. */
  readonly parents: readonly number[];
  /** The first node that is not below it. */
  readonly ends: readonly number[];
  /** There were more. */
  readonly isCut: boolean;
}

interface Branch {
  readonly node: number;
  readonly value: object;
  /** Absent of a list. */
  readonly keys?: readonly string[];
  next: number;
}

const known = new WeakMap<object, JsonNodes>();

/** Worked out once for each value. */
export function jsonNodes(value: unknown): JsonNodes {
  if (value === null || typeof value !== "object") return walked(value);
  let nodes = known.get(value);
  if (!nodes) known.set(value, nodes = walked(value));
  return nodes;
}

/** The entries of this node are nodes of their own. */
export function isBranch(value: unknown): value is object {
  return value !== null && typeof value === "object" && sizeOf(value) > 0 && !isShortList(value);
}

export function sizeOf(value: object): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** Lists of a few numbers read best on one row. */
export function isShortList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= SHORT_LIST_MAX &&
    value.every((item) => typeof item === "number" || typeof item === "boolean") &&
    JSON.stringify(value).length <= SHORT_LIST_LENGTH_MAX;
}

function walked(whole: unknown): JsonNodes {
  const keys: (string | number | undefined)[] = [];
  const values: unknown[] = [];
  const depths: number[] = [];
  const parents: number[] = [];
  const ends: number[] = [];
  const open: Branch[] = [];
  const add = (key: string | number | undefined, value: unknown) => {
    const node = values.length;
    keys.push(key);
    values.push(value);
    depths.push(open.length);
    parents.push(open.at(-1)?.node ?? -1);
    ends.push(node + 1);
    if (!isBranch(value)) return;
    open.push({ node, value, ...(Array.isArray(value) ? {} : { keys: Object.keys(value) }), next: 0 });
  };
  add(undefined, whole);
  while (open.length > 0 && values.length < JSON_NODES_MAX) {
    const branch = open.at(-1)!;
    const at = branch.next++;
    const key = branch.keys ? branch.keys[at] : at < (branch.value as unknown[]).length ? at : undefined;
    if (key === undefined) {
      ends[branch.node] = values.length;
      open.pop();
    } else add(key, (branch.value as Record<string | number, unknown>)[key]);
  }
  for (const { node } of open) ends[node] = values.length;
  return { count: values.length, keys, values, depths, parents, ends, isCut: open.length > 0 };
}
