/** A page of a list: the list itself, and where the next one is in the headers. */
export function pageAnswer(
  items: readonly unknown[],
  nextCursor: string | undefined,
  { target }: { readonly target: string },
): Response {
  if (nextCursor === undefined) return Response.json(items);
  const next = new URL(target, "http://here");
  next.searchParams.set("cursor", nextCursor);
  return Response.json(items, {
    headers: { link: `<${next.pathname}${next.search}>; rel="next"`, "x-next-cursor": nextCursor },
  });
}
