import assert from "node:assert/strict";
import { MISTRAL_SERVER_URL, parseEndpoint } from "../../lib/providers/mod.ts";

Deno.test("parseEndpoint() means the Mistral API unless told otherwise", () => {
  assert.deepEqual(parseEndpoint(), {
    serverUrl: MISTRAL_SERVER_URL,
    label: "api.mistral.ai",
    address: "api.mistral.ai",
    port: 443,
    dialect: "mistral",
    isMistralApi: true,
  });
  assert.equal(parseEndpoint("https://api.eu.mistral.ai/v1").dialect, "mistral");
  assert.equal(parseEndpoint("https://mistral.ai.example.org").isMistralApi, false);
  assert.equal(parseEndpoint("https://notmistral.ai").isMistralApi, false);
});

const URLS: readonly [url: string, serverUrl: string, dialect: string][] = [
  ["http://127.0.0.1:40000", "http://127.0.0.1:40000", "mistral"],
  ["http://127.0.0.1:40000/", "http://127.0.0.1:40000", "mistral"],
  ["http://localhost:11434", "http://localhost:11434", "openai"],
  ["http://localhost:1234", "http://localhost:1234", "openai"],
  ["http://localhost:8000/v1", "http://localhost:8000", "openai"],
  ["http://localhost:8000/v1/", "http://localhost:8000", "openai"],
  ["https://proxy.example.org/llm/v1", "https://proxy.example.org/llm", "openai"],
  ["https://proxy.example.org/llm/", "https://proxy.example.org/llm", "mistral"],
  ["https://proxy.example.org/notv1", "https://proxy.example.org/notv1", "mistral"],
];

for (const [url, serverUrl, dialect] of URLS) {
  Deno.test(`parseEndpoint() reads ${url}`, () => {
    const endpoint = parseEndpoint(url);
    assert.deepEqual([endpoint.serverUrl, endpoint.dialect], [serverUrl, dialect]);
  });
}

Deno.test("parseEndpoint() lets the caller name the dialect", () => {
  assert.equal(parseEndpoint("http://localhost:11434", "mistral").dialect, "mistral");
  assert.equal(parseEndpoint("http://localhost:8000", "openai").dialect, "openai");
});

Deno.test("parseEndpoint() reads IPv6 addresses", () => {
  const { address, port, label } = parseEndpoint("http://[::1]:8080");
  assert.deepEqual([address, port, label], ["::1", 8080, "[::1]:8080"]);
});

Deno.test("parseEndpoint() refuses what it cannot use and never shows a password", () => {
  for (const url of ["", "localhost:8000", "ftp://x", "http://u:hunter2@x", "http://x?key=1", "http://x#y"]) {
    assert.throws(() => parseEndpoint(url), (error: Error) => {
      assert.match(error.message, /^Cannot use the server URL of MISTRAL_SERVER_URL: .*: got ".*"\. Try: /);
      assert.ok(!error.message.includes("hunter2"));
      return error.name === "AgentOpError";
    });
  }
});
