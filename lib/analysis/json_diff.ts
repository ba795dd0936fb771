import { canonicalJson, isObject } from "../core/mod.ts";

/** One difference between two JSON values. `path` is a JSON pointer (RFC 6901); `""` is the whole value. */
export interface JsonChange {
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  /** What to do at `path`. */
  readonly op: "add" | "remove" | "replace";
  /** Absent for `add`. */
  readonly left?: unknown;
  /** Absent for `remove`. */
  readonly right?: unknown;
}

/** More differences than this below one value are one: the value was replaced. */
const CHANGES_MAX = 500;
const DEPTH_MAX = 64;

/**
 * What turns `left` into `right`, in the order to apply it: lists of the same length compare place by place, others after their
 * equal end is set aside, so that an insertion is one addition. Both must be JSON values.
 */
export function jsonChanges(left: unknown, right: unknown): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  return collect(changes, left, right, "", 0) ? changes : [{ path: "", op: "replace", left, right }];
}

/** The value with the changes made; the one given stays as it is. Throws `RangeError` for a path that does not exist. */
export function applyJsonChanges(value: unknown, changes: readonly JsonChange[]): unknown {
  let root = structuredClone(value);
  for (const { path, op, right } of changes) {
    if (path === "") {
      root = op === "remove" ? undefined : structuredClone(right);
      continue;
    }
    const keys = path.slice(1).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop()!;
    const parent = keys.reduce<unknown>((at, key) => child(at, key, path), root);
    if (Array.isArray(parent)) {
      const index = Number(last);
      if (!(index >= 0 && index <= parent.length)) throw missing(path);
      if (op === "add") parent.splice(index, 0, structuredClone(right));
      else if (op === "remove") parent.splice(index, 1);
      else parent[index] = structuredClone(right);
    } else if (isObject(parent)) {
      if (op === "remove") delete parent[last];
      else setOwn(parent, last, structuredClone(right));
    } else throw missing(path);
  }
  return root;
}

/** `false` when there are too many changes to list. */
function collect(
  changes: JsonChange[],
  left: unknown,
  right: unknown,
  path: string,
  depth: number,
): boolean {
  if (Object.is(left, right)) return true;
  const deeper = depth < DEPTH_MAX;
  if (deeper && Array.isArray(left) && Array.isArray(right)) {
    const end = left.length === right.length ? 0 : equalEnd(left, right);
    const [endLeft, endRight] = [left.length - end, right.length - end];
    const shared = Math.min(endLeft, endRight);
    for (let i = 0; i < shared; i++) {
      if (!collect(changes, left[i], right[i], `${path}/${i}`, depth + 1)) return false;
    }
    for (let i = endLeft - 1; i >= shared; i--) {
      changes.push({ path: `${path}/${i}`, op: "remove", left: left[i] });
    }
    for (let i = shared; i < endRight; i++) {
      changes.push({ path: `${path}/${i}`, op: "add", right: right[i] });
    }
  } else if (deeper && isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const [had, has] = [Object.hasOwn(left, key), Object.hasOwn(right, key)];
      if (!has) changes.push({ path: at, op: "remove", left: left[key] });
      else if (!had) changes.push({ path: at, op: "add", right: right[key] });
      else if (!collect(changes, left[key], right[key], at, depth + 1)) return false;
    }
  } else if (!isEqual(left, right)) {
    changes.push({ path, op: "replace", left, right });
  }
  return changes.length <= CHANGES_MAX;
}

/** How many places at their ends are equal. */
function equalEnd(left: readonly unknown[], right: readonly unknown[]): number {
  let count = 0;
  while (
    count < Math.min(left.length, right.length) && isEqual(left.at(-1 - count), right.at(-1 - count))
  ) count++;
  return count;
}

function isEqual(left: unknown, right: unknown): boolean {
  return Object.is(left, right) || canonicalJson(left ?? null) === canonicalJson(right ?? null);
}

function child(value: unknown, key: string, path: string): unknown {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) throw missing(path);
  return (value as Record<string, unknown>)[key];
}

/** Any key, `__proto__` too, becomes a property of the object itself. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function missing(path: string): RangeError {
  return new RangeError(`Cannot apply a change: there is no "${path.slice(0, 200)}"`);
}
