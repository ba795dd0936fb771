import assert from "node:assert/strict";
import { parse } from "yaml";
import { DENO_VERSION, TARGETS } from "../../tasks/package/targets.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("workflows take actions by their commit, and rights job by job", async () => {
  for (const name of ["ci", "release"]) {
    const text = await read(`.github/workflows/${name}.yml`);
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, what]) => what!);
    assert.ok(uses.length > 0);
    for (const it of uses) assert.match(it, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
  const { permissions, jobs } = parse(await read(".github/workflows/release.yml"));
  assert.deepEqual(permissions, {});
  // deno-lint-ignore no-explicit-any
  const rights = Object.entries<any>(jobs).map(([name, job]) => [name, Object.keys(job.permissions)]);
  assert.deepEqual(rights, [
    ["package", ["contents"]],
    ["system", ["contents"]],
    ["publish", ["contents", "id-token", "attestations"]],
  ]);
  assert.equal(jobs.package.permissions.contents, "read");
  const started = jobs.system.strategy.matrix.include.map((it: { target: string }) => it.target);
  assert.deepEqual(started, [...TARGETS.map(({ name }) => name), "windows-x64"]);
});

Deno.test("the container has the Deno of the packages, and compose starts it with nothing to write but its volumes", async () => {
  const [dockerfile, readme] = [await read("deploy/Dockerfile"), await read("README.md")];
  assert.ok(dockerfile.includes(` deno@${DENO_VERSION}\n`) && readme.includes(`deno@${DENO_VERSION} `));
  const user = /^USER (\d+):\d+$/m.exec(dockerfile)![1]!;
  assert.ok(Number(user) > 0 && dockerfile.includes(`--uid ${user} `));
  const { services, volumes } = parse(await read("deploy/compose.yaml"), { merge: true });
  assert.deepEqual(Object.keys(services), ["simulator", "runner"]);
  // deno-lint-ignore no-explicit-any
  for (const service of Object.values<any>(services)) {
    assert.deepEqual([service.read_only, service.cap_drop, service.security_opt], [
      true,
      ["ALL"],
      ["no-new-privileges:true"],
    ]);
    for (const it of service.volumes) {
      const [name, path] = it.split(":");
      assert.ok(name in volumes && dockerfile.includes(`VOLUME ${path}\n`), it);
    }
  }
});
