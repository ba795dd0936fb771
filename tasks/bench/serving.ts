/** A server in a process of its own, so that it does not share the time that is measured. */
export interface Serving extends AsyncDisposable {
  /** Without a final slash. */
  readonly url: string;
  /** What it holds in memory now, MB. */
  memoryMb(): Promise<number>;
}

/** Arguments of `deno` for a model server that waits so long and then answers the same. */
export function chatServer(waitMs: number): readonly string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-net=127.0.0.1",
    "tasks/bench/chat_server.ts",
    String(waitMs),
  ];
}

/** Arguments of `deno` for the program itself; with `--json` its first line has its address. */
export function program(home: string, ...args: readonly string[]): readonly string[] {
  return ["run", "--quiet", "--no-prompt", "-P=cli", "main.ts", "--json", "--home", home, ...args];
}

/** Resolves when it has printed its address: a line of text, or JSON with `url`. */
export async function startServing(args: readonly string[]): Promise<Serving> {
  const child = new Deno.Command(Deno.execPath(), { args: [...args], stdout: "piped", stderr: "null" })
    .spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${args.join(" ")} ended before it said its address`);
    text += value;
  }
  const [first] = text.split("\n");
  const url = first!.startsWith("{") ? (JSON.parse(first!) as { readonly url: string }).url : first!.trim();
  return {
    url,
    async memoryMb() {
      const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(child.pid)] })
        .output();
      return Number(new TextDecoder().decode(stdout)) / 1000;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel().catch(() => {});
    },
  };
}
