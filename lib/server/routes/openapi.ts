import { z } from "zod";
import { docsPage } from "../docs_page.ts";
import { route } from "../route.ts";

export const getOpenApi = route({
  method: "GET",
  path: "/openapi.json",
  role: "none",
  pace: "read",
  summary: "This API as OpenAPI 3.1",
  answer: {
    type: "application/json",
    schema: z.looseObject({ openapi: z.literal("3.1.0"), paths: z.record(z.string(), z.unknown()) }),
    description: "The document",
  },
  handle: (_, { describe }) => Promise.resolve(describe()),
});

export const getDocs = route({
  method: "GET",
  path: "/docs",
  role: "none",
  pace: "read",
  summary: "This API as a page to read",
  answer: { type: "text/html", description: "The page" },
  handle: (_, { describe }) => docsPage(describe()),
});

/** Who opens this server in a browser sees what it is. */
export const getRoot = route({
  method: "GET",
  path: "/",
  role: "none",
  pace: "read",
  summary: "Goes on to /docs",
  answer: { type: "text/html", description: "The page" },
  isHidden: true,
  handle: () => Promise.resolve(new Response(null, { status: 302, headers: { location: "/docs" } })),
});
