import { createHash } from "node:crypto";
import type { Component } from "./components.ts";
import { NPM_NAME } from "./npm_package.ts";
import { DENO_INTEGRITY, DENO_VERSION, TARGETS } from "./targets.ts";

/** What the program is made of, as CycloneDX 1.6 in JSON. The same packages always give the same text: it has no date. */
export function sbomText(version: string, components: readonly Component[]): string {
  const self = {
    type: "application",
    "bom-ref": NPM_NAME,
    name: NPM_NAME,
    version,
    purl: purl(NPM_NAME, version),
  };
  const denoRef = purl("deno", DENO_VERSION);
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...self, licenses: [{ license: { id: "MIT" } }] } },
    components: [
      {
        type: "platform",
        "bom-ref": denoRef,
        name: "deno",
        version: DENO_VERSION,
        purl: denoRef,
        scope: "required",
        hashes: [hashOf(DENO_INTEGRITY)],
        licenses: [{ license: { id: "MIT" } }],
      },
      ...TARGETS.map((target) => ({
        type: "platform",
        "bom-ref": purl(target.package, DENO_VERSION),
        ...named(target.package),
        version: DENO_VERSION,
        purl: purl(target.package, DENO_VERSION),
        scope: "optional",
        hashes: [hashOf(target.integrity)],
        licenses: [{ license: { id: "MIT" } }],
      })),
      ...components.map((it) => ({
        type: "library",
        "bom-ref": it.id,
        ...named(it.name),
        version: it.version,
        purl: purl(it.name, it.version),
        scope: it.isShipped ? "required" : "excluded",
        hashes: [hashOf(it.integrity)],
        ...(it.license === undefined ? {} : { licenses: [licenseOf(it.license)] }),
      })),
    ],
    dependencies: [
      {
        ref: NPM_NAME,
        dependsOn: [denoRef, ...components.filter(({ isDirect }) => isDirect).map(({ id }) => id)],
      },
      { ref: denoRef, dependsOn: TARGETS.map((target) => purl(target.package, DENO_VERSION)) },
      ...components.map(({ id, dependencies }) => ({ ref: id, dependsOn: [...dependencies].sort() })),
    ],
  };
  const digits = createHash("sha256").update(JSON.stringify(bom)).digest("hex");
  const { $schema, bomFormat, specVersion, ...rest } = bom;
  const serialNumber = `urn:uuid:${uuidOf(digits)}`;
  return `${JSON.stringify({ $schema, bomFormat, specVersion, serialNumber, ...rest }, null, 2)}\n`;
}

function named(name: string): { readonly group?: string; readonly name: string } {
  const [group, rest] = name.split("/");
  return rest === undefined ? { name } : { group: group!, name: rest };
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hashOf(integrity: string) {
  const [algorithm, base64] = integrity.split("-") as [string, string];
  if (algorithm !== "sha512") throw new Error(`Cannot list the packages: a hash is ${algorithm}, not sha512`);
  return { alg: "SHA-512", content: Uint8Array.fromBase64(base64).toHex() };
}

function licenseOf(text: string) {
  const isExpression = / (OR|AND|WITH) |^\(/.test(text);
  if (isExpression) return { expression: text };
  return { license: /^[\w.+-]+$/.test(text) ? { id: text } : { name: text } };
}

/** A UUID of version 8, made of what it names. */
function uuidOf(hex: string): string {
  const variant = "89ab"[parseInt(hex[16]!, 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
