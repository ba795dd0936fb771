import assert from "node:assert/strict";
import fc from "fast-check";
import { personalData } from "../../../lib/app/redaction/rules.ts";
import { secretPatterns } from "../../../lib/app/redaction/secret_patterns.ts";
import { countRedacted, Redactor } from "../../../lib/core/mod.ts";

async function redactorOf(rules: string): Promise<Redactor> {
  const redactor = new Redactor([]);
  redactor.learn([secretPatterns(), await personalData(rules)]);
  return redactor;
}

const ALL = "email,phone,iban,card";

Deno.test("--redact finds what people write, and leaves what only looks like it", async () => {
  const redactor = await redactorOf(ALL);
  const cases = [
    ["Write to ada.love+x@mail.example.org.", "Write to [redacted email]."],
    ["jürgen@müller.example, a@b", "[redacted email], a@b"],
    ["Call +49 30 901820 now", "Call [redacted phone] now"],
    ["+33 (0)1 42 68 53 00", "[redacted phone]"],
    ["IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [redacted iban] please"],
    ["GB82WEST12345698765432.", "[redacted iban]."],
    ["DE88 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"],
    ["card 4111 1111 1111 1111!", "card [redacted card]!"],
    ["5500-0000-0000-0004", "[redacted card]"],
    ["4111111111111112", "4111111111111112"],
    ["In 2026 17 % of 240 are 40.8; the 12345678 rows took 1790000000000 us", undefined],
    ["git root@10.0.0.1 and @types/node@20.1.0", undefined],
    ["at 2026-11-28 16:30:00, 28/11/2026, 08/11/2026, 0012345678/x, call_4111111111111111", undefined],
    ["DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "[redacted iban]"],
    [
      '{"card":4111111111111111,"n":[4111111111111111]}',
      '{"card":"[redacted card]","n":["[redacted card]"]}',
    ],
    [
      '{"said":"cards: 4111111111111111, 5500000000000004, end"}',
      '{"said":"cards: [redacted card], [redacted card], end"}',
    ],
    ["cards: 4111111111111111, 5500000000000004, end", "cards: [redacted card], [redacted card], end"],
    ["3.14159265358979, id 550e8400-e29b-41d4-a716-446655440000", undefined],
  ] as const;
  for (const [text, wanted] of cases) {
    assert.equal(redactor.text(text), wanted ?? text);
  }
});

Deno.test("--redact phone=FR takes numbers as they are written there, names=FILE whole words", async () => {
  assert.equal((await redactorOf("phone=FR")).text("au 01 42 68 53 00"), "au [redacted phone]");
  assert.equal((await redactorOf("phone")).text("au 01 42 68 53 00"), "au 01 42 68 53 00");
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "Ada Lovelace\nOlu\n\n");
    const redactor = await redactorOf(`names=${file}`);
    assert.equal(
      redactor.text("ADA LOVELACE met Olu; Olufemi not"),
      "[redacted name] met [redacted name]; Olufemi not",
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a bad rule is one line that names it", async () => {
  for (
    const [rules, said] of [
      ["emial", /^Cannot redact by "emial": rules are email, phone, iban, card, names/],
      ["phone=fr", /^Cannot redact by "phone=fr": a country has two letters/],
      ["email=x", /^Cannot redact by "email=x": email takes no value/],
      ["names", /^Cannot redact by "names": it needs a file/],
      [",", /^Cannot redact by ",": rules are/],
      ["names=/nowhere/at-all", /^Cannot redact the names of \/nowhere\/at-all: there is no such file/],
    ] as const
  ) await assert.rejects(personalData(rules), (error: Error) => said.test(error.message));
});

/** Made up, and put together here, so that nobody takes them for real ones. */
const KEYS = [
  ["github", `ghp_${"wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"}`],
  ["anthropic", `sk-ant-api03-${"a1B2".repeat(23)}cAA`],
  ["slack", `xoxb-${"123456789012"}-${"1234567890123"}-abcdefghijklmnopqrstuvwx`],
  ["huggingface", `hf_${"abcdefghijklmnopqrstuvwxyzabcdefgh"}`],
  ["database_connection_string", `postgres://bob:${"s3cretpw"}@db.example.com/x`],
  ["aws", `aws_secret_access_key = ${"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE"}`],
] as const;

Deno.test("keys that nobody configured go by how they look, whole, and say of what kind they were", () => {
  const redactor = new Redactor([]);
  redactor.learn([secretPatterns()]);
  for (const [kind, key] of KEYS) {
    for (const text of [`a ${key} b`, JSON.stringify({ text: `see ${key}` })]) {
      const safe = redactor.text(text);
      const secret = key.split(" = ").at(-1)!;
      for (let at = 0; at + 12 <= secret.length; at++) {
        assert.ok(!safe.includes(secret.slice(at, at + 12)), `${kind}: ${safe}`);
      }
      const counts = new Map<string, number>();
      countRedacted(safe, counts);
      assert.deepEqual([...counts], [[`${kind}_secret`, 1]], safe);
    }
  }
});

Deno.test("Redactor law: what rules took out is found nowhere, in pieces neither, and a second time nothing changes", async () => {
  const redactor = await redactorOf(ALL);
  const found = [
    "ada@example.org",
    "DE89370400440532013000",
    "4111111111111111",
    "+49 30 901820",
    KEYS[0][1],
  ];
  const word = fc.oneof(
    fc.constantFrom(...found),
    fc.string({ maxLength: 12 }).map((it) => it.replace(/[\w@+.-]/g, "")),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (words, size) => {
      const text = words.join(" ; ");
      const safe = redactor.text(text);
      assert.ok(found.every((it) => !safe.includes(it)), safe);
      assert.equal(redactor.text(safe), safe);
      const stream = redactor.stream();
      let shown = "";
      for (let at = 0; at < text.length; at += size) {
        shown += stream.push(text.slice(at, at + size));
        assert.ok(found.every((it) => !shown.includes(it)), shown);
      }
      assert.equal(shown + stream.end(), safe);
    }),
  );
});

Deno.test("a stream is shown word by word where only keys are looked for, in languages without spaces too", () => {
  const redactor = new Redactor([]);
  redactor.learn([secretPatterns()]);
  const stream = redactor.stream();
  assert.equal(stream.push("The quick bro"), "The quick bro");
  assert.equal(stream.push("wn fox "), "wn fox ");
  assert.equal(stream.push("in 2026_11_2"), "in ");
  assert.equal(stream.push("8 "), "2026_11_28 ");
  assert.equal(stream.push("三百行あります"), "三百行あります");
  const [, key] = KEYS.at(-1)!;
  const shown = [...key].map((char) => stream.push(char)).join("") + stream.push(" end") + stream.end();
  assert.ok(!shown.includes(key.slice(-12)), shown);
  assert.ok(shown.endsWith(" end"));
  const long = redactor.stream();
  const word = "ab".repeat(50_000);
  assert.equal(long.push(word) + long.end(), word);
});

Deno.test("Redactor leaves ids of spans and runs alone, whatever digits they are made of", async () => {
  const redactor = await redactorOf(ALL);
  const value = { spanId: "4111111111111111", runId: "4111111111111111", text: "4111111111111111" };
  assert.deepEqual(redactor.value(value), { ...value, text: "[redacted card]" });
  const key = KEYS[0][1];
  assert.deepEqual(redactor.value({ hash: key, spanId: key }), {
    hash: "[redacted github_secret]",
    spanId: "[redacted github_secret]",
  });
});

Deno.test("Redactor keeps what runs are found by, names of fields and of models, and loses no value of a map", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "Small\nTotals\nLi\n");
    const redactor = await redactorOf(`email,names=${file}`);
    const run = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      runId: "r",
      userId: "ada@example.org",
      totals: { small: 1 },
    };
    assert.deepEqual(redactor.value(run), run);
    assert.deepEqual(redactor.value({ model: "mistral-small-latest", text: "Small" }), {
      model: "mistral-small-latest",
      text: "[redacted name]",
    });
    assert.deepEqual(redactor.value({ userId: "ada@example.org" }), { userId: "[redacted email]" });
    assert.deepEqual(redactor.value({ "a@x.example": 1, "b@x.example": 2 }), {
      "[redacted email]": 1,
      "[redacted email] 2": 2,
    });
    const url = `data:image/png;base64,${"Li+/".repeat(200)}`;
    assert.equal(redactor.text(url), url);
    assert.equal(
      new TextDecoder().decode(redactor.value(new TextEncoder().encode("ada@example.org!"))),
      "[redacted email]!",
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a key in JSON that is a text of JSON leaves it JSON", () => {
  const redactor = new Redactor([]);
  redactor.learn([secretPatterns()]);
  const inner = JSON.stringify({
    token: KEYS[0][1],
    text: `line one ${KEYS[0][1]}\nline two`,
    said: `say "${KEYS[0][1]}" please`,
  });
  const safe = JSON.parse(JSON.parse(redactor.text(JSON.stringify({ inner }))).inner);
  assert.deepEqual(safe, {
    token: "[redacted github_secret]",
    text: "line one [redacted github_secret]\nline two",
    said: 'say "[redacted github_secret]" please',
  });
});
