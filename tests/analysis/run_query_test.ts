import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatRunQuery,
  isEmptyRunFilter,
  parseRunQuery,
  RUN_SYNTAX,
  RUN_TERMS,
} from "../../lib/analysis/mod.ts";
import {
  allOf,
  anyOf,
  FIGURE_KEYS,
  FIGURE_OPERATORS,
  notOf,
  RUN_STATUSES,
  type RunCondition,
  type RunFilter,
} from "../../lib/core/mod.ts";

const NOW_MS = Date.UTC(2026, 0, 10, 12);
const parse = (text: string) => parseRunQuery(text, NOW_MS);
const where = (text: string) => {
  const { filter, errors } = parse(text);
  assert.deepEqual(errors, [], text);
  return filter.where;
};
const problems = (text: string) => parse(text).errors.map((it) => it.message);

const text = (text: string) => ({ type: "text", text }) as const;
const status = (...status: (typeof RUN_STATUSES)[number][]) => ({ type: "status", status }) as const;
const agent = (value: string, match: "part" | "whole" = "part") =>
  ({ type: "name", key: "agent", match, value }) as const;
const stopped = (error: string) =>
  ({
    type: "all",
    of: [status("stopped"), { type: "name", key: "error", match: "whole", value: error }],
  }) as const;
const warned = (warning: string) =>
  ({
    type: "all",
    of: [status("completed"), { type: "name", key: "warning", match: "whole", value: warning }],
  }) as const;

Deno.test("parseRunQuery() reads every term and leaves the rest as text", () => {
  assert.deepEqual(
    where(
      'status:failed,stopped agent:"my agent" model=large id:04361B2E tag:env=dev tag:x since:24h cost>0.01 two tokens<=1.5k words',
    ),
    {
      type: "all",
      of: [
        status("failed", "stopped"),
        agent("my agent"),
        { type: "name", key: "model", match: "whole", value: "large" },
        { type: "name", key: "id", match: "part", value: "04361b2e" },
        { type: "tag", tag: "env", value: "dev" },
        { type: "tag", tag: "x" },
        { type: "started", operator: ">=", timeUs: (NOW_MS - 86_400_000) * 1000 },
        { type: "figure", key: "cost", operator: ">", value: 0.01 },
        text("two words"),
        { type: "figure", key: "tokens", operator: "<=", value: 1500 },
      ],
    },
  );
});

Deno.test("parseRunQuery() binds side by side closer than or, and negates what a dash stands before", () => {
  const [a, b, c] = [agent("a"), agent("b"), text("c")];
  assert.deepEqual(where("agent:a c or agent:b"), anyOf([allOf([a, c])!, b]));
  assert.deepEqual(where("(agent:a or agent:b) c"), allOf([anyOf([a, b]), c]));
  assert.deepEqual(where("-(agent:a OR agent:b)and -c"), allOf([notOf(anyOf([a, b])), notOf(c)]));
  assert.deepEqual(where("--agent:a"), a);
  assert.deepEqual(where('"or" "-c" state-of-the-art f(x) :)'), text("or -c state-of-the-art f(x) :)"));
  assert.deepEqual(where('(f "(x)")'), text("f (x)"));
});

Deno.test("parseRunQuery() reads what lists show of a status, and any beginning of it", () => {
  assert.deepEqual(where("status:fa"), status("failed"));
  assert.deepEqual(
    where("status:ca,live,done"),
    status("cancelled", "running", "waiting", "paused", "completed"),
  );
  assert.deepEqual(where("status:budget"), stopped("budget"));
  assert.deepEqual(where("status:steps"), stopped("max_steps"));
  assert.deepEqual(where("status:time"), stopped("timeout"));
  assert.deepEqual(where("status:loop,failed"), anyOf([status("failed"), stopped("loop")]));
  assert.deepEqual(where("status:cut"), anyOf([status("interrupted"), warned("cut_off")]));
  assert.deepEqual(where('status:"cut off"'), status("interrupted"));
  assert.deepEqual(problems("status=fail"), [
    'Cannot filter by status: not a status: got "fail". Try: failed',
  ]);
});

Deno.test("parseRunQuery() reads figures with their units", () => {
  const figure = (key: string, operator: string, value: number) => ({ type: "figure", key, operator, value });
  assert.deepEqual(where("duration>1s"), figure("duration", ">", 1000));
  assert.deepEqual(where("duration>=1.5m"), figure("duration", ">=", 90_000));
  assert.deepEqual(where("duration<250ms"), figure("duration", "<", 250));
  assert.deepEqual(where("duration<2"), figure("duration", "<", 2000));
  assert.deepEqual(where("steps=3"), figure("steps", "=", 3));
  assert.deepEqual(where("retries>0"), figure("retries", ">", 0));
  assert.deepEqual(where("cost<$.5"), figure("cost", "<", 0.5));
  assert.deepEqual(where("cost:unknown"), { type: "unknown_cost" });
});

Deno.test("parseRunQuery() reads dates as UTC and keeps microseconds", () => {
  const started = (operator: string, timeUs: number) => ({ type: "started", operator, timeUs });
  assert.deepEqual(where("since:2026-01-09"), started(">=", Date.UTC(2026, 0, 9) * 1000));
  assert.deepEqual(
    where("until:2026-01-09T10:00:00.000001Z"),
    started("<", Date.UTC(2026, 0, 9, 10) * 1000 + 1),
  );
});

const TERMS =
  "status, id, agent, model, group, user, tool, tag, error, warning, since, until, cost, tokens, duration, steps, retries";

Deno.test("parseRunQuery() says what is wrong, with the remedy, and keeps the good terms", () => {
  const { filter } = parse("stauts:failed status:fialed cost>much agent:a since:soon");
  assert.deepEqual(filter, { where: agent("a") });
  assert.deepEqual(problems("stauts:failed status:fialed cost>much cost:1 agent:a since:soon"), [
    `Cannot filter by "stauts": there is no such term. Try: status: (all terms: ${TERMS}; or "stauts:failed" in quotes for the words)`,
    'Cannot filter by status: not a status: got "fialed". Try: failed',
    'Cannot filter by cost: not a number: got "much". Try: cost>0.01',
    'Cannot filter by cost: it needs >, >=, <, <= or =: got "1". Try: cost>0.01',
    'Cannot filter by since: neither an age nor a time: got "soon". Try: since:24h or since:2026-01-31',
  ]);
  assert.deepEqual(problems("foo:bar"), [
    `Cannot filter by "foo": there is no such term. Try: one of ${TERMS}; or "foo:bar" in quotes for the words`,
  ]);
  assert.deepEqual(problems("status!=failed"), [
    'Cannot filter by status: there is no !=: got "failed". Try: -status=failed',
  ]);
});

Deno.test("parseRunQuery() refuses what is unfinished or too much", () => {
  for (
    const [typed, reason] of [
      ["agent:", "the value is missing"],
      ["agent>x", "it needs a colon"],
      ["id:run7", "not an id nor a part of one"],
      ["tag:=x", "it is tag:KEY or tag:KEY=VALUE"],
      ["(a", "a parenthesis is not closed"],
      ["a or", 'a term is missing beside "or" or in parentheses'],
      ["()", 'a term is missing beside "or" or in parentheses'],
      ["-(", "a parenthesis is not closed"],
      ["-or", "there is nothing behind the dash"],
      ["(".repeat(50) + "a", "parentheses are more than 20 deep"],
      ["a ".repeat(200), "there are more than 100 terms and words"],
      ["a".repeat(3000), "the filter is longer than 2000 characters"],
    ] as const
  ) {
    assert.ok(problems(typed).some((it) => it.includes(reason)), `${typed}: ${problems(typed)}`);
  }
});

Deno.test("parseRunQuery() takes quoted terms and addresses as text", () => {
  assert.deepEqual(
    where('"status:failed" https://example.org 12:30'),
    text("status:failed https://example.org 12:30"),
  );
});

Deno.test("every term and every rule has an example that is understood", () => {
  for (const { name, example } of RUN_TERMS) {
    assert.deepEqual(problems(example), []);
    assert.ok(example.startsWith(name), example);
  }
  for (const { example } of RUN_SYNTAX) assert.deepEqual(problems(example), []);
  for (const { name, offers } of RUN_TERMS.flatMap((it) => "offers" in it ? [it] : [])) {
    for (const offer of offers) {
      assert.deepEqual(problems(`${name}${offer}${/[=<>]/.test(offer) ? "1" : ""}`), []);
    }
  }
});

Deno.test("isEmptyRunFilter() is true only without any term", () => {
  assert.equal(isEmptyRunFilter(parse("   ").filter), true);
  assert.equal(isEmptyRunFilter(parse("agent:a").filter), false);
  assert.equal(isEmptyRunFilter({ agent: "a" }), false);
});

const word = fc.string({ unit: "grapheme", minLength: 0, maxLength: 20 });
const PLAIN = { noNullPrototype: true } as const;
const tagName = word.filter((it) => it !== "" && !it.includes("="));
const atoms: fc.Arbitrary<RunCondition> = fc.oneof(
  word.map(text),
  fc.uniqueArray(fc.constantFrom(...RUN_STATUSES), { minLength: 1 }).map((it) => status(...it)),
  fc.record({
    type: fc.constant("name" as const),
    key: fc.constantFrom("agent", "model", "group", "user", "tool", "error", "warning"),
    match: fc.constantFrom("part", "whole"),
    value: word,
  }, PLAIN),
  fc.stringMatching(/^[0-9a-f-]{1,36}$/).map((value): RunCondition => ({
    type: "name",
    key: "id",
    match: "part",
    value,
  })),
  fc.record({ type: fc.constant("tag" as const), tag: tagName }, PLAIN),
  fc.record({ type: fc.constant("tag" as const), tag: tagName, value: word }, PLAIN),
  fc.record({
    type: fc.constant("figure" as const),
    key: fc.constantFrom(...FIGURE_KEYS),
    operator: fc.constantFrom(...FIGURE_OPERATORS),
    value: fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value + 0),
  }, PLAIN),
  fc.constant({ type: "unknown_cost" } as const),
  fc.record({
    type: fc.constant("started" as const),
    operator: fc.constantFrom(">=", "<"),
    timeUs: fc.integer({ min: 0, max: 4e15 }),
  }, PLAIN),
);
const conditions = fc.letrec<{ condition: RunCondition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atoms,
    fc.array(tie("condition"), { minLength: 1, maxLength: 4 }).map((of) => allOf(of)!),
    fc.tuple(tie("condition"), tie("condition")).map(anyOf),
    tie("condition").map(notOf),
  ),
})).condition;

Deno.test("parseRunQuery() reads back whatever formatRunQuery() wrote", () => {
  fc.assert(fc.property(conditions, (condition) => {
    const written = formatRunQuery({ where: condition });
    fc.pre(written.length <= 2_000);
    assert.deepEqual(parse(written), { filter: { where: condition }, errors: [] }, written);
  }));
});

Deno.test("formatRunQuery() writes a filter as the terms that ask the same", () => {
  const filter: RunFilter = {
    status: ["failed"],
    agent: "a b",
    model: "large",
    group: "",
    user: "u",
    sinceUs: 0,
    text: "x -y",
  };
  assert.equal(
    formatRunQuery(filter),
    'status:failed agent="a b" model:large group="" user=u since:1970-01-01 x "-y"',
  );
  assert.equal(formatRunQuery({}), "");
});

Deno.test("parseRunQuery() never throws, and its reading is stable", () => {
  const typed = fc.array(
    fc.oneof(
      fc.constantFrom(
        "(",
        ")",
        "-",
        " or ",
        " ",
        '"',
        "\\",
        "status:",
        "agent=",
        "tag:",
        "cost>",
        "https://",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 30 },
  ).map((it) => it.join(""));
  fc.assert(fc.property(typed, (text) => {
    const { filter } = parse(text);
    assert.deepEqual(parse(formatRunQuery(filter)).filter, filter);
  }));
});

Deno.test("days and bare times in a search are those of the reader's zone, both ways", () => {
  const timeZone = "Pacific/Kiritimati"; // fourteen hours ahead
  const timeOf = (text: string) => parseRunQuery(text, NOW_MS, timeZone).filter.where;
  const since = (iso: string) => ({ type: "started", operator: ">=", timeUs: Date.parse(iso) * 1000 });
  assert.deepEqual(timeOf("since:2026-01-09"), since("2026-01-08T10:00Z"));
  assert.deepEqual(timeOf("since:2026-01-09T08:30"), since("2026-01-08T18:30Z"));
  assert.deepEqual(timeOf("since:2026-01-09T08:30Z"), since("2026-01-09T08:30Z"));
  assert.deepEqual(timeOf("since:2026-01-09T08:30+01:00"), since("2026-01-09T07:30Z"));
  for (const iso of ["2026-02-30", "2026-02-30T10:00", "2026-02-30T10:00Z"]) {
    assert.equal(parseRunQuery(`since:${iso}`, NOW_MS, timeZone).errors.length, 1, iso);
  }
  const written = (iso: string) => formatRunQuery({ sinceUs: Date.parse(iso) * 1000 }, timeZone);
  assert.equal(written("2026-01-08T10:00Z"), "since:2026-01-09");
  assert.equal(written("2026-01-08T18:30:01Z"), "since:2026-01-09T08:30:01");
  // A clock there shows this twice: only the zone tells the second time from the first.
  const second = { sinceUs: Date.parse("2026-10-25T01:30Z") * 1000 };
  assert.equal(formatRunQuery(second, "Europe/Paris"), "since:2026-10-25T01:30:00Z");
});
