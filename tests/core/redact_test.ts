import assert from "node:assert/strict";
import fc from "fast-check";
import { NO_SECRETS, Redactor } from "../../lib/core/mod.ts";

const KEY = 'sk-canary/7+q"Zé&x%9';
const redactor = new Redactor([{ name: "A_KEY", value: KEY }, { name: "SHORT", value: "1234567" }]);
const utf8 = new TextEncoder();

Deno.test("Redactor takes out a secret in every common spelling", () => {
  const json = JSON.stringify(KEY).slice(1, -1);
  const percent = encodeURIComponent(KEY);
  const spellings = {
    plain: KEY,
    json,
    "json in json": JSON.stringify(json).slice(1, -1),
    "json, slashes escaped": json.replaceAll("/", "\\/"),
    "json, all escaped": Array.from(KEY, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`).join(
      "",
    ),
    percent,
    "percent, small digits": percent.replace(/%../g, (it) => it.toLowerCase()),
    hex: utf8.encode(KEY).toHex(),
    "hex, large digits": utf8.encode(KEY).toHex().toUpperCase(),
    html: KEY.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
  };
  for (const [name, text] of Object.entries(spellings)) {
    assert.equal(redactor.text(`before ${text} after`), "before [redacted A_KEY] after", name);
  }
});

Deno.test("Redactor takes out a secret in base64 whatever stands around it", () => {
  for (const before of ["", "u", "us", "use", "user:"]) {
    for (const after of ["", "1", "12", "123"]) {
      const bytes = utf8.encode(before + KEY + after);
      for (const alphabet of ["base64", "base64url"] as const) {
        const shown = redactor.text(bytes.toBase64({ alphabet }));
        assert.match(shown, /\[redacted A_KEY\]/);
        assert(
          shown.replace("[redacted A_KEY]", "").length <=
            Math.ceil((before.length + after.length + 4) * 4 / 3) + 4,
        );
      }
    }
  }
});

Deno.test("Redactor leaves everything else alone, and gives the very same object back", () => {
  const value = { a: ["1234567", 1, null, { b: true }], c: new Map([["k", { d: "text" }]]) };
  assert.equal(redactor.value(value), value);
  assert.equal(NO_SECRETS.value(value), value);
  assert.equal(NO_SECRETS.text(KEY), KEY);
});

Deno.test("Redactor finds secrets in keys, lists, maps and errors with their causes", () => {
  const value = redactor.value({ [KEY]: [{ deep: KEY }], map: new Map([["k", { text: KEY }]]), n: 1 });
  assert.deepEqual(value, {
    "[redacted A_KEY]": [{ deep: "[redacted A_KEY]" }],
    map: new Map([["k", { text: "[redacted A_KEY]" }]]),
    n: 1,
  });
  const error = Object.assign(new Error(`no ${KEY}`, { cause: new Error(KEY) }), { body: { key: KEY } });
  assert.equal(redactor.error(error), error);
  assert.doesNotMatch(Deno.inspect(error), /canary/);
});

Deno.test("Redactor.stream() shows no part of a secret, however it was cut, and loses nothing else", () => {
  fc.assert(fc.property(
    fc.array(fc.oneof(fc.constant(KEY), fc.constant(KEY.slice(0, 7)), fc.string({ maxLength: 5 })), {
      maxLength: 8,
    }),
    fc.array(fc.nat({ max: 80 }), { maxLength: 12 }),
    (parts, cuts) => {
      const text = parts.join("");
      const stream = redactor.stream();
      let shown = "";
      let from = 0;
      for (const cut of [...cuts.toSorted((a, b) => a - b).filter((it) => it < text.length), text.length]) {
        shown += stream.push(text.slice(from, cut));
        from = cut;
      }
      const cutOff = shown.length;
      shown += stream.end();
      assert.equal(shown.includes(KEY), false);
      if (!shown.slice(cutOff).includes("[redacted]")) assert.equal(shown, redactor.text(text));
    },
  ));
});

Deno.test("Redactor.stream() keeps back the beginning of a secret that was cut off", () => {
  const stream = redactor.stream();
  assert.equal(stream.push(`so: ${KEY.slice(0, 14)}`), "so: ");
  assert.equal(stream.end(), "[redacted]");
});
