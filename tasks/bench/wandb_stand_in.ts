/**
 * Weights & Biases without a memory: every call is answered as if it had been done. Prints its URL. What a real one refuses is in the
 * tests; here the time is to be the exporter's.
 */
let ids = 0;
const file = (url: string) => ({ id: "f", uploadUrl: `${url}/storage/${++ids}`, uploadHeaders: [] });

// deno-lint-ignore no-explicit-any
type Any = any;

const ANSWERS: Readonly<Record<string, (variables: Any, url: string) => unknown>> = {
  Viewer: () => ({ viewer: { id: "u", entity: "tester" } }),
  UpsertBucket: ({ name, project, entity, files }, url) => ({
    upsertBucket: { bucket: { id: name, name, project: { name: project, entity: { name: entity } } } },
    createRunFiles: {
      runID: "r",
      uploadHeaders: [],
      files: files.map((path: string) => ({ name: path, uploadUrl: `${url}/storage/${++ids}` })),
    },
  }),
  CreateArtifact: () => ({ createArtifact: { artifact: { id: `a${++ids}`, state: "PENDING" } } }),
  CreateArtifactManifest: (_, url) => ({
    createArtifactManifest: { artifactManifest: { id: `m${++ids}`, file: file(url) } },
  }),
  CreateArtifactFiles: ({ input }, url) => ({
    createArtifactFiles: {
      files: {
        edges: input.artifactFiles.map(() => ({
          node: { ...file(url), artifact: { id: "a" } },
        })),
      },
    },
  }),
  CommitArtifact: () => ({ commitArtifact: { artifact: { id: "a" } } }),
  UseArtifact: () => ({ useArtifact: { artifact: { id: "a" } } }),
};

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, async (request) => {
  const { pathname, origin } = new URL(request.url);
  const text = await request.text();
  if (pathname !== "/graphql") return new Response("{}");
  const { query, variables } = JSON.parse(text);
  const [, name = ""] = /(?:query|mutation) (\w+)/.exec(query) ?? [];
  return Response.json({ data: ANSWERS[name]!(variables, origin) });
});
