import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { baseBinaryProblem } from "../../tasks/compile.ts";
import { cmdLauncher, permissionFlags, shellLauncher, shellWord } from "../../tasks/install/launcher.ts";
import { isOnPath, pathHint, placesOf } from "../../tasks/install/places.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const onWindows = Deno.build.os === "windows";

async function said(program: string, args: readonly string[], options: Deno.CommandOptions) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args: [...args],
    stdin: "null",
  })
    .output();
  const [out, error] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, out: out!, error: error! };
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await filesIn(join(folder, name)));
    else found.push(join(folder, name));
  }
  return found;
}

Deno.test({
  name:
    "install puts a command on the path that works from any folder, and uninstall removes exactly what was written",
  ignore: onWindows,
  async fn() {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentop it's " }));
    try {
      const info = await said(Deno.execPath(), ["info", "--json"], {});
      const bin = join(home, "bin");
      const env = {
        HOME: home,
        PATH: `${join(home, "shells")}:/usr/bin:/bin`,
        DENO_DIR: JSON.parse(info.out).denoDir as string,
        SHELL: "/bin/zsh",
      };
      // The shells that are there decide which completions are written.
      await Deno.mkdir(join(home, "shells"));
      for (const shell of ["bash", "zsh", "fish"]) await Deno.writeTextFile(join(home, "shells", shell), "");
      const own = join(home, ".config", "fish", "completions", "agentop.fish");
      await Deno.mkdir(join(own, ".."), { recursive: true });
      await Deno.writeTextFile(own, "# mine\n");
      const before = (await filesIn(home)).sort();
      const task = (...args: string[]) =>
        said(Deno.execPath(), ["task", "--quiet", ...args], { cwd: ROOT, env, clearEnv: true });
      const installed = await task("install", "--dir", bin);
      assert.deepEqual([installed.code, installed.error], [0, ""]);
      assert.match(installed.out, /Wrote .*bin\/agentop\n/);
      assert.match(installed.out, /Wrote .*bash-completion\/completions\/agentop\n/);
      assert.match(installed.out, /Wrote .*_agentop\n.*fpath=\(.*zsh\/site-functions \$fpath\)/);
      assert.match(installed.out, /Kept .*agentop\.fish\n {2}a file of yours is there/);
      assert.match(installed.out, /bin is not on your PATH.*Try:\n {2}echo 'export PATH=.*>> ~\/\.zshrc/);
      const agentop = join(bin, "agentop");
      const elsewhere = { cwd: "/", env: { ...env, AGENTOP_HOME: join(home, "data") }, clearEnv: true };
      assert.deepEqual(await said(agentop, ["--version"], elsewhere), { code: 0, out: "0.1.0\n", error: "" });
      const run = await said(
        agentop,
        ["run", "researcher", "How many rows in sales.csv?", "--json"],
        elsewhere,
      );
      assert.equal(JSON.parse(run.out).status, "completed", run.error);
      assert.deepEqual(
        (await said(agentop, ["complete", "zsh", "--", "doct"], elsewhere)).out.split("\t")[0],
        "nothing\ndoctor",
      );
      // A Deno that is gone is looked for on the path; without any there is one line.
      const moved = (await Deno.readTextFile(agentop)).replace(/^deno=.*$/m, "deno=/gone/deno");
      await Deno.writeTextFile(join(home, "moved"), moved);
      await Deno.mkdir(join(home, "only"));
      const onlyDeno = { ...elsewhere, env: { ...elsewhere.env, PATH: join(home, "only") } };
      const none = await said("/bin/sh", [join(home, "moved"), "--version"], onlyDeno);
      assert.deepEqual([none.code, none.error.split(". Try:")[0]], [
        2,
        "agentop: Cannot start: neither deno nor npx is on the PATH",
      ]);
      await Deno.symlink(Deno.execPath(), join(home, "only", "deno"));
      assert.equal((await said("/bin/sh", [join(home, "moved"), "--version"], onlyDeno)).out, "0.1.0\n");
      await Deno.remove(join(home, "moved"));
      await Deno.remove(join(home, "only"), { recursive: true });
      await Deno.remove(join(home, "data"), { recursive: true });
      // A second command elsewhere, and the kernel of the program; then the second one goes alone.
      const jupyter = join(home, ".local", "share", "jupyter");
      assert.equal((await said(agentop, ["notebook", "--install"], elsewhere)).code, 0);
      assert.equal((await task("install", "--dir", join(home, "bin2"))).code, 0);
      const one = await task("uninstall", "--dir", join(home, "bin2"));
      assert.deepEqual([one.code, one.error], [0, ""]);
      assert.match(
        one.out,
        /^Removed .*bin2\/agentop\nKept .*agentop-program\n {2}.*bin\/agentop needs it\n$/,
      );
      assert.match(
        (await task("uninstall", "--dir", join(home, "bin3"))).out,
        /^Nothing to remove: .*bin3\.\n$/,
      );
      assert.equal((await said(agentop, ["--version"], elsewhere)).out, "0.1.0\n");
      assert.equal((await filesIn(jupyter)).length, 1);
      await Deno.remove(join(home, "data"), { recursive: true }).catch(() => {});
      const removed = await task("uninstall");
      assert.equal(removed.code, 0, removed.error);
      assert.deepEqual((await filesIn(home)).sort(), before);
      assert.match((await task("uninstall")).out, /^Nothing to remove/);
      await Deno.mkdir(bin, { recursive: true });
      await Deno.writeTextFile(agentop, "#!/bin/sh\n");
      const taken = await task("install", "--dir", bin);
      assert.deepEqual([taken.code, taken.error], [
        2,
        `Cannot install agentop: ${agentop} is there already and is not ours. Try: --dir DIR\n`,
      ]);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test("launchers quote what they are told, and grant what the permission sets say", () => {
  assert.equal(shellWord("it's $HOME"), `'it'\\''s $HOME'`);
  const flags = permissionFlags({ read: true, env: ["A", "B"], ffi: false });
  assert.deepEqual(flags, ["--allow-read", "--allow-env=A,B"]);
  const facts = {
    deno: "C:\\de%no\\deno.exe",
    program: "C:\\a b\\main.js",
    version: "1",
    flags: { cli: flags, tui: ["--allow-run"] },
  };
  const cmd = cmdLauncher(facts);
  assert.match(cmd, /set "DENO=C:\\de%%no\\deno\.exe"\r\n/);
  assert.match(cmd, /"--allow-env=A,B" "%PROGRAM%" %\*\r\n/);
  assert.match(shellLauncher(facts), /^ {2}tui\) set -- run .*--allow-run "\$program" "\$@" ;;$/m);
});

Deno.test("placesOf() stays in the folders of a person, and pathHint() speaks their shell's language", () => {
  const around = (env: Readonly<Record<string, string>>, os = "linux", dir?: string) => ({
    env: (name: string) => env[name],
    os,
    dir,
  });
  const plain = placesOf(around({ HOME: "/home/ada" }));
  assert.deepEqual([plain.launcher, plain.program], [
    "/home/ada/.local/bin/agentop",
    "/home/ada/.local/share/agentop-program",
  ]);
  assert.equal(
    placesOf(around({ HOME: "/h", XDG_CONFIG_HOME: "/c" })).completions.fish,
    "/c/fish/completions/agentop.fish",
  );
  assert.match(
    placesOf(around({ USERPROFILE: "/u", LOCALAPPDATA: "/l" }, "windows")).launcher,
    /agentop\.cmd$/,
  );
  assert.throws(() => placesOf(around({})), /HOME is not set\. Try: /);
  assert.equal(isOnPath("/h/bin", around({ PATH: "/usr/bin:/h/bin/" })), true);
  assert.equal(isOnPath("/h/bin", around({ PATH: "/usr/bin" })), false);
  assert.equal(pathHint("/h/bin", around({ SHELL: "/usr/bin/fish" })), "fish_add_path '/h/bin'");
  assert.match(pathHint("/h/bin", around({ SHELL: "/bin/bash" })), />> ~\/\.bashrc/);
});

Deno.test("compile says in one line that the base binary is not to be had", () => {
  const stderr = "error: Writing\n\nCaused by:\n    0: Setting up base binary.\n" +
    "    1: error sending request for url (https://dl.deno.land/release/v2/denort-x.zip): client error\n";
  assert.match(
    baseBinaryProblem(stderr, undefined)!,
    /^Cannot compile .*denort.* Try: DENORT_BIN=FILE, .*denort-x\.zip$/,
  );
  assert.match(
    baseBinaryProblem("error\n    0: Could not find denort at '/no'\n    1: No such file\n", "/no")!,
    /^Cannot compile .*: DENORT_BIN=\/no cannot be used: No such file\. Try: /,
  );
  const notElf = "error: Writing deno compile executable to 'x'\n\n    1: Invalid object: Not an ELF file\n";
  assert.match(
    baseBinaryProblem(notElf, "/no")!,
    /DENORT_BIN=\/no cannot be used: Invalid object: Not an ELF/,
  );
  assert.equal(baseBinaryProblem("error: disk is full", undefined), undefined);
});
