import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";
import { CliHome } from "./cli.ts";
import { programCommand } from "./program.ts";
import { PtyProgram } from "./pty.ts";

const WRITES = {
  name: "writes",
  steps: [
    { toolCalls: [{ name: "write_file", arguments: { path: "a.txt", content: "a" } }] },
    { text: "The end." },
  ],
};

/** A home whose model writes `a.txt` with each question, once, unless it is told else, and a folder that nobody has allowed anybody to write to. */
export class Attacked implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  private constructor(
    readonly home: CliHome,
    readonly outside: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open(scenario: unknown = WRITES): Promise<Attacked> {
    await using stack = new AsyncDisposableStack();
    const home = stack.use(await CliHome.create());
    const outside = await Deno.makeTempDir({ prefix: "agentop-outside-" });
    stack.defer(() => Deno.remove(outside, { recursive: true }));
    const sim = await startSimulator({ scenarios: await parseScenarios(JSON.stringify(scenario), "t.yaml") });
    stack.defer(() => sim.close());
    const env = { AGENTOP_HOME: home.path, MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
    const attacked = new Attacked(home, outside, env);
    attacked.#stack.use(stack.move());
    return attacked;
  }

  /** What was written outside. */
  written(): readonly string[] {
    return [...Deno.readDirSync(this.outside)].map((it) => it.name);
  }

  run(...args: readonly string[]) {
    return this.home.run(args, { env: this.env });
  }

  /** A folder of agents as somebody else wrote it. */
  async agents(files: Readonly<Record<string, string>>): Promise<void> {
    await Deno.mkdir(join(this.home.path, "agents"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(this.home.path, "agents", name), text);
    }
  }

  terminal(...args: readonly string[]): PtyProgram {
    return new PtyProgram([...programCommand("cli"), ...args], {
      cwd: this.home.path,
      env: this.env,
      rows: 24,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
