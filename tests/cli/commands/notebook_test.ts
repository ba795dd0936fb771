import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";

Deno.test("agentop notebook --install writes into the user's Jupyter folder, and only then", async () => {
  await using home = await CliHome.create();
  const jupyter = join(home.path, "users-jupyter");
  const env = { JUPYTER_DATA_DIR: jupyter, PATH: "" };
  const elsewhere = (await home.run(["notebook", "--json"], { env })).json();
  assert.equal(elsewhere.installed, false);
  assert.equal(elsewhere.kernelSpec, join(home.path, "jupyter", "kernels", "agentop", "kernel.json"));
  await assert.rejects(Deno.stat(jupyter), Deno.errors.NotFound);
  const installed = (await home.run(["notebook", "--install", "--json"], { env })).json();
  assert.equal(installed.kernelSpec, join(jupyter, "kernels", "agentop", "kernel.json"));
  assert.equal((await Deno.stat(installed.kernelSpec)).isFile, true);
});

Deno.test("agentop notebook says what to install where no program shows notebooks", async () => {
  await using home = await CliHome.create();
  const { code, stderr } = await home.run(["notebook"], { env: { PATH: "" } });
  assert.equal(code, 2);
  assert.match(stderr, /^agentop: Cannot open a notebook: .*\. Try: pip install jupyterlab\n$/);
});

Deno.test("agentop kernel refuses a connection that other machines could reach", async () => {
  await using home = await CliHome.create();
  const file = join(home.path, "c.json");
  await Deno.writeTextFile(file, JSON.stringify({ transport: "tcp", ip: "0.0.0.0", key: "k" }));
  const { code, stdout, stderr } = await home.run(["kernel", "--connection-file", file]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /its address is not on this machine/);
});
