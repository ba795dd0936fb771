import { html, raw } from "hono/html";
import type { OpenApiDocument, Operation } from "./api_document.ts";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 4px; }
details { border-top: 1px solid; padding: 0.4rem 0; }
summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; }
td { padding: 0.2rem 0.75rem 0.2rem 0; vertical-align: top; }
`;

/** A page of the API that loads nothing: no script, no font, no other site. */
export async function docsPage(document: OpenApiDocument): Promise<Response> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(path, method, operation))
  );
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) =>
    html`
      <details id="${name}">
        <summary><code>${name}</code></summary>
        <pre>${pretty(schema)}</pre>
      </details>
    `
  );
  const { title, version, description } = document.info;
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${title} API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
            <h1>${title} API ${version}</h1>
            <p>${description} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
            <h2>Routes</h2>${operations}<h2>Schemas</h2>${schemas}
          </body>
    </html>
  `;
  return new Response(String(await page), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${await hashOf(STYLE)}'; ` +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    },
  });
}

function section(path: string, method: string, operation: Operation) {
  const parameters = (operation.parameters ?? []).map((it) =>
    html`
      <tr>
        <td><code>${it["name"]}</code></td>
        <td>${it["in"]}${it["required"] ? ", needed" : ""}</td>
        <td>${it["description"] ?? ""} <code>${JSON.stringify(it["schema"])}</code></td>
      </tr>
    `
  );
  const responses = Object.entries(operation.responses).map(([status, { description }]) =>
    html`
      <tr>
        <td>${status}</td>
        <td>${description}</td>
      </tr>
    `
  );
  const body = operation.requestBody === undefined ? "" : html`
    <h4>Body</h4>
    <pre>${pretty(operation.requestBody["content"])}</pre>
  `;
  return html`<details><summary><code>${method.toUpperCase()} ${path}</code> ${operation.summary}</summary>
    <p>${operation.description}</p><table>${parameters}</table>${body}<h4>Answers</h4><table>${responses}</table>
    <pre>${pretty(operation.responses["200"])}</pre></details>`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
