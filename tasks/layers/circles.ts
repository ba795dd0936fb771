/**
 * The circles of a graph: each group of nodes that reach one another, as one way round it (Tarjan's strongly connected
 * components, then the shortest way from a node back to itself).
 */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const indexes = new Map<string, number>();
  const lows = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const circles: (readonly string[])[] = [];

  function visit(node: string): void {
    indexes.set(node, indexes.size);
    lows.set(node, indexes.get(node)!);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!indexes.has(next)) {
        visit(next);
        lows.set(node, Math.min(lows.get(node)!, lows.get(next)!));
      } else if (onStack.has(next)) lows.set(node, Math.min(lows.get(node)!, indexes.get(next)!));
    }
    if (lows.get(node) !== indexes.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    for (const member of group) onStack.delete(member);
    if (group.length > 1) circles.push(wayRound(graph, new Set(group)));
  }

  for (const node of graph.keys()) if (!indexes.has(node)) visit(node);
  return circles;
}

/** The shortest way from the first of a group back to itself. */
function wayRound(
  graph: ReadonlyMap<string, readonly string[]>,
  group: ReadonlySet<string>,
): readonly string[] {
  const [start] = group;
  const from = new Map<string, string>();
  const queue = [start!];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) {
        const way = [start!];
        for (let at: string | undefined = node; at !== undefined; at = from.get(at)) way.unshift(at);
        return way;
      }
      if (!group.has(next) || from.has(next)) continue;
      from.set(next, node);
      queue.push(next);
    }
  }
  return [...group];
}
