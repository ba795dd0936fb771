import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { componentsOf, licenseTexts } from "../../tasks/package/components.ts";
import { sbomText } from "../../tasks/package/sbom.ts";

const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

Deno.test("sbomText() names every package of the lock file once, with its hash, and nothing that is not there", async () => {
  const components = await componentsOf(inRoot("deno.lock"), inRoot("main.ts"));
  const lock = JSON.parse(await Deno.readTextFile(inRoot("deno.lock")));
  assert.deepEqual(components.map(({ id }) => id), Object.keys(lock.npm).sort());
  const text = sbomText("1.2.3", components);
  assert.equal(text, sbomText("1.2.3", components));
  const bom = JSON.parse(text);
  assert.deepEqual([bom.bomFormat, bom.specVersion, bom.metadata.component.version], [
    "CycloneDX",
    "1.6",
    "1.2.3",
  ]);
  assert.match(
    bom.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  // deno-lint-ignore no-explicit-any
  const refs: string[] = bom.components.map((it: any) => it["bom-ref"]);
  assert.equal(new Set(refs).size, refs.length);
  const known = new Set([...refs, bom.metadata.component["bom-ref"]]);
  for (const { ref, dependsOn } of bom.dependencies) {
    for (const name of [ref, ...dependsOn]) assert.ok(known.has(name), name);
  }
  const find = (ref: string) => bom.components.find((it: Record<string, unknown>) => it["bom-ref"] === ref);
  const parser = components.find(({ name }) => name === "@babel/parser")!;
  assert.deepEqual([find(parser.id).group, find(parser.id).name], ["@babel", "parser"]);
  assert.equal(find(parser.id).purl, `pkg:npm/%40babel/parser@${parser.version}`);
  assert.equal(find(parser.id).hashes[0].content.length, 128);
  const scope = (name: string) => find(components.find((it) => it.name === name)!.id).scope;
  assert.deepEqual(["zod", "vega", "kysely", "marked", "fast-check", "tar", "typescript"].map(scope), [
    ...Array(4).fill("required"),
    ...Array(3).fill("excluded"),
  ]);
  const licenses = await licenseTexts(components);
  assert.match(licenses, /^zod \d.* \(MIT\)\n\nMIT License/m);
  assert.doesNotMatch(licenses, /^fast-check /m);
});
