import assert from "node:assert/strict";
import { join } from "node:path";
import { writeSelfExtractor } from "../../tasks/package/self_extractor.ts";

const ignore = Deno.build.os === "windows";
/** Stands in for Deno: says what it was started with. Its size makes unpacking last a moment. */
const FAKE_DENO = (name: string) =>
  `#!/bin/sh\n[ "$1" = --version ] && exit 0\nif [ "$1" = wait ]; then read -r _; exit; fi\numask; echo ${name}; echo "$0"; printf '%s\\n' "$@"\nexit 7\n#${
    "x".repeat(2_000_000)
  }`;

class Package implements AsyncDisposable {
  readonly home: string;
  readonly file: string;

  private constructor(home: string) {
    this.home = home;
    this.file = join(home, "agentop it's.run");
  }

  static async create(): Promise<Package> {
    const made = new Package(await Deno.makeTempDir({ prefix: "agentop it's " }));
    await Deno.mkdir(join(made.home, "tmp"));
    await made.write(made.file, "one");
    return made;
  }

  async write(file: string, name: string): Promise<void> {
    const program = join(this.home, "program");
    await Deno.mkdir(join(program, "deep"), { recursive: true });
    await Deno.writeTextFile(join(program, "main.js"), `// ${name}\n`);
    await Deno.writeTextFile(join(program, "deep", "worker.js"), "//\n");
    await writeSelfExtractor(file, {
      version: "1.2.3",
      system: "test-x64",
      deno: new TextEncoder().encode(FAKE_DENO(name)),
      program,
      flags: { cli: ["--allow-env=A,B"], tui: ["--allow-run"] },
    });
  }

  command(
    args: readonly string[],
    env: Record<string, string> = {},
    file = this.file,
    detached = false,
  ): Deno.Command {
    const { PATH } = Deno.env.toObject();
    return new Deno.Command("/bin/sh", {
      args: [file, ...args],
      env: { PATH: PATH!, HOME: this.home, TMPDIR: join(this.home, "tmp"), ...env },
      clearEnv: true,
      detached,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async start(args: readonly string[], env?: Record<string, string>, file?: string) {
    const { code, stdout, stderr } = await this.command(args, env, file).output();
    const [out, error] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
    return { code, out: out!.split("\n").slice(0, -1), error: error! };
  }

  unpacked(cache = join(this.home, ".cache", "agentop")): string[] {
    return [...Deno.readDirSync(cache)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.home, { recursive: true });
  }
}

Deno.test({
  name:
    "a program that unpacks itself starts its own Deno with the rights of the command, and leaves nothing else",
  ignore,
  async fn() {
    await using made = await Package.create();
    const first = await made.start(["show", "a b", "$HOME"]);
    const [hash] = made.unpacked();
    const folder = join(made.home, ".cache", "agentop", hash!);
    const expected = (args: string[]) => ({
      code: 7,
      out: ["0022", "one", join(folder, "deno"), "run", "--quiet", "--no-prompt", "--no-config", ...args],
      error: "",
    });
    assert.deepEqual(
      first,
      expected(["--allow-env=A,B", join(folder, "program/main.js"), "show", "a b", "$HOME"]),
    );
    assert.deepEqual(
      await made.start([]),
      expected(["--v8-flags=--max-semi-space-size=2", "--allow-run", join(folder, "program/main.js")]),
    );
    assert.deepEqual(made.unpacked(), [hash]);
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    assert.equal(await Deno.readTextFile(join(folder, "program", "deep", "worker.js")), "//\n");
    // What is there and not whole is made anew.
    await Deno.writeTextFile(join(folder, "program", "main.js"), "");
    assert.equal((await made.start(["x"])).code, 7);
    assert.equal(await Deno.readTextFile(join(folder, "program", "main.js")), "// one\n");
  },
});

Deno.test({
  name: "first starts at the same time, and ones that are killed, leave one whole program",
  ignore,
  async fn() {
    await using made = await Package.create();
    const cache = join(made.home, ".cache", "agentop");
    const killed = made.command(["x"], {}, made.file, true).spawn();
    while (!await Deno.stat(cache).then(() => made.unpacked().length > 0, () => false)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    Deno.kill(-killed.pid, "SIGKILL");
    await killed.output();
    const all = await Promise.all(Array.from({ length: 6 }, () => made.start(["x"])));
    assert.deepEqual(all.map(({ code, error }) => [code, error]), all.map(() => [7, ""]));
    const left = made.unpacked().filter((name) => !name.startsWith("new."));
    assert.equal(left.length, 1);
    assert.deepEqual([...Deno.readDirSync(join(cache, left[0]!))].map(({ name }) => name).sort(), [
      "agentop",
      "deno",
      "program",
    ]);
    assert.deepEqual(made.unpacked(), left);
  },
});

Deno.test({
  name: "a program that unpacks itself starts nothing that somebody else has planted in its place",
  // Only the superuser can give files away.
  ignore: ignore || Deno.uid() !== 0,
  async fn() {
    await using made = await Package.create();
    await made.start(["x"]);
    const cache = join(made.home, ".cache", "agentop");
    const [hash] = made.unpacked();
    const planted = join(made.home, "planted");
    await Deno.rename(join(cache, hash!), planted);
    await Deno.writeTextFile(join(planted, "agentop"), "#!/bin/sh\necho EVIL\n");
    await Deno.chown(planted, 65534, 65534);
    await Deno.symlink(planted, join(cache, hash!));
    const { code, out } = await made.start(["x"]);
    assert.equal(code, 7);
    assert(!out.includes("EVIL"), out.join("\n"));
    assert((await Deno.lstat(join(cache, hash!))).isDirectory);
  },
});

Deno.test({
  name: "a damaged program, and places that cannot be written, are told in one line",
  ignore,
  async fn() {
    await using made = await Package.create();
    const whole = await Deno.readFile(made.file);
    const broken = join(made.home, "broken.run");
    const flipped = whole.slice();
    flipped[whole.length - 1000]! ^= 1;
    for (const bytes of [flipped, whole.slice(0, -1000), new Uint8Array([...whole, 10])]) {
      await Deno.writeFile(broken, bytes);
      assert.deepEqual(await made.start(["x"], {}, broken), {
        code: 2,
        out: [],
        error:
          `agentop: Cannot unpack ${broken}: the file is damaged, or was changed. Try: download it again\n`,
      });
    }
    // A file where the folder belongs: what a person without rights meets, for root as well.
    const blocked = join(made.home, "blocked");
    await Deno.writeTextFile(blocked, "");
    const away = await made.start(["x"], { XDG_CACHE_HOME: blocked });
    assert.equal(away.code, 7, away.error);
    assert.match(away.out[2]!, /\/tmp\/agentop-\d+\/[0-9a-f]{64}\/deno$/);
    assert.equal((await made.start(["x"], { HOME: "" })).out[2], away.out[2]);
    const nowhere = await made.start(["x"], { XDG_CACHE_HOME: blocked, TMPDIR: blocked });
    assert.deepEqual([nowhere.code, nowhere.out], [2, []]);
    assert.match(
      nowhere.error,
      /^agentop: Cannot unpack .*blocked\/agentop cannot be made, and .* cannot be used\. Try: XDG_CACHE_HOME=FOLDER\n$/,
    );
    // A folder in the shared place that others may look into is not taken.
    await Deno.chmod(join(away.out[2]!, "../.."), 0o755);
    assert.equal((await made.start(["x"], { XDG_CACHE_HOME: blocked })).code, 2);
  },
});

Deno.test({
  name: "an older version goes when a newer one is unpacked, unless something still needs it",
  ignore,
  async fn() {
    await using made = await Package.create();
    const cache = join(made.home, ".cache", "agentop");
    const [two, three] = [join(made.home, "two.run"), join(made.home, "three.run")];
    await made.write(two, "two");
    await made.write(three, "three");
    await made.start(["x"]);
    const [one] = made.unpacked();
    await Deno.mkdir(join(cache, "mine"));
    const busy = new Deno.Command(join(cache, one!, "deno"), { args: ["wait"], stdin: "piped" }).spawn();
    await made.start(["x"], {}, two);
    assert.equal(made.unpacked().length, 3);
    assert.ok(made.unpacked().includes(one!));
    await busy.stdin.close();
    await busy.status;
    const kernels = join(made.home, ".local", "share", "jupyter", "kernels", "agentop");
    const kept = made.unpacked().find((name) => name !== one && name !== "mine")!;
    await Deno.mkdir(kernels, { recursive: true });
    await Deno.writeTextFile(
      join(kernels, "kernel.json"),
      JSON.stringify({ argv: [join(cache, kept, "deno")] }),
    );
    await made.start(["x"], {}, three);
    assert.deepEqual([made.unpacked().length, made.unpacked().includes(one!)], [3, false]);
    assert.ok(made.unpacked().includes(kept));
    assert.ok(made.unpacked().includes("mine"));
  },
});
