/** Of the cell that this runs in, if the notebook's kernel is ours: interrupting the cell cancels what it began. */
export function cellSignal(): AbortSignal | undefined {
  const place = globalThis as { readonly [key: symbol]: { readonly signal?: AbortSignal } | undefined };
  return place[Symbol.for("agentop.kernel")]?.signal;
}
