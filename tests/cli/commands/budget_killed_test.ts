import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";

/** A server that never answers: each question is told of. */
class Hanging implements AsyncDisposable {
  requests = 0;
  #asked = Promise.withResolvers<void>();
  readonly #end = new AbortController();
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    this.requests++;
    this.#asked.resolve();
    return await new Promise<Response>((resolve) =>
      this.#end.signal.addEventListener("abort", () => resolve(new Response(null, { status: 503 })))
    );
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async nextRequest(): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#server.shutdown();
  }
}

Deno.test("a budget for one call lets one call through, however often its process is killed", async () => {
  await using home = await CliHome.create();
  await using server = new Hanging();
  const env = { MISTRAL_SERVER_URL: server.url, MISTRAL_API_KEY: "k" };
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(join(home.path, "agents", "one.yaml"), "model: mistral-small-latest\n");
  const poor = (await home.run(["run", "one", "go", "--budget", "0.000000001", "--json"], { env })).json();
  const worst = Number(/can cost \$([\d.]+)/.exec(poor.error.message)![1]);
  assert.equal(server.requests, 0);
  const budget = (worst * 1.5).toFixed(12);
  let args = ["run", "one", "go", "--budget", budget];
  for (let kill = 0; kill < 3; kill++) {
    const child = home.start(args, { env });
    const ended = child.status;
    await Promise.race([server.nextRequest(), ended]);
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended by itself, as it should */ }
    await Promise.all([
      ended,
      child.stdout.cancel(),
      child.stderr.cancel(),
      child.stdin.abort().catch(() => {}),
    ]);
    args = ["resume", "last"];
  }
  const { code, stderr } = await home.run(["resume", "last"], { env });
  assert.equal(server.requests, 1, stderr);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /Cannot call the model within the budget/);
});
