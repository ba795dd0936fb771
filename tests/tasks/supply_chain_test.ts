import assert from "node:assert/strict";

const read = async (name: string) =>
  JSON.parse(await Deno.readTextFile(new URL(`../../${name}`, import.meta.url)));

Deno.test("every package has one exact version, a hash in the lock file, and no script that runs when it is installed", async () => {
  const { imports, tasks, allowScripts } = await read("deno.json");
  const lock = await read("deno.lock");
  for (const [name, specifier] of Object.entries<string>(imports)) {
    assert.match(specifier, /^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    assert.ok(lock.specifiers[specifier], `${specifier} is not in the lock file`);
  }
  for (const [name, { integrity }] of Object.entries<{ integrity?: string }>(lock.npm)) {
    assert.match(integrity ?? "", /^sha512-/, name);
  }
  assert.equal(allowScripts, undefined);
  for (const task of ["tui", "demo", "agentop"]) {
    assert.match(tasks[task].command, / --frozen /, `${task} may change the lock file`);
    assert.match(tasks[task].command, / -P=\w+ /, `${task} has a set of permissions`);
  }
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    assert.doesNotMatch(command, /(^|\s)(-A|--allow-all)(\s|$)/, name);
  }
});
