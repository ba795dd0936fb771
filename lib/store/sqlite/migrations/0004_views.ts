import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * How the views read a body. Those kept in the file use built-in functions only, so that any program can read them: what is
 * compressed is null there, and a flag says so. Those of our own connections call `body_json` and show everything.
 */
export type BodyReading = "plain" | "whole";

export interface View {
  readonly name: string;
  /** Name, type as an ordinary table would declare it, and where it comes from. */
  readonly columns: readonly (readonly [name: string, type: "text" | "integer" | "real", source: string])[];
  readonly from: string;
}

/** The JSON of the row `alias` of `body`. */
const body = (alias: string, reading: BodyReading) =>
  reading === "whole"
    ? `body_json(${alias}.hash, ${alias}.encoding, ${alias}.data)`
    : `case when ${alias}.encoding = 0 then cast(${alias}.data as text) end`;

/** 1 when that is null although there is a body, else 0. */
const isCompressed = (alias: string, reading: BodyReading) =>
  reading === "whole" ? "0" : `coalesce(${alias}.encoding <> 0, 0)`;

/** A column that may stand compressed: whether it does, and the bytes of its JSON either way. */
const storedColumn = (
  name: string,
  source: string,
  { alias, inline, reading }: {
    readonly alias: string;
    readonly inline?: string;
    readonly reading: BodyReading;
  },
): View["columns"] => [
  [name, "text", source],
  [`${name}_is_compressed`, "integer", isCompressed(alias, reading)],
  [
    `${name}_bytes`,
    "integer",
    inline ? `coalesce(length(cast(${inline} as blob)), ${alias}.length)` : `${alias}.length`,
  ],
];

/** Milliseconds are cut, not rounded, as in our documents. */
export const time = (us: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${us} / 1000 / 1e3, 'unixepoch')`;
const id = (bytes: string) => `case when ${bytes} is not null then lower(hex(${bytes})) end`;

/**
 * The text at `path` of some JSON. NUL and lone surrogates read as their escapes: in a text of a database they end it or make it
 * unreadable for others. Escaped backslashes step aside meanwhile, for \u0001, which no JSON of ours holds as it is.
 */
export const text = (json: string, path: string) =>
  String
    .raw`json_extract(replace(replace(replace(replace(${json}, '\\', char(1)), '\ud', '\\ud'), '\u0000', '\\u0000'),
    char(1), '\\'), '${path}')`;

/** A text as it is, any other value as JSON. */
const textOrJson = (json: string, path: string) =>
  `case json_type(${json}, '${path}') when 'text' then ${text(json, path)} when 'true' then 'true'
    when 'false' then 'false' else json_extract(${json}, '${path}') end`;

const TOKENS = [
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
];
const tokens = (alias: string) => TOKENS.map((name) => [name, "integer", `${alias}.${name}`] as const);

const runs = (reading: BodyReading): View => ({
  name: "runs",
  columns: [
    ["run_id", "text", "r.run_id"],
    ["agent_id", "text", "r.agent"],
    ["user_id", "text", "r.user_id"],
    ["model", "text", "r.model"],
    ["status", "text", "r.status"],
    ["origin", "text", "r.origin"],
    ["group_id", "text", "r.group_id"],
    ["parent_run_id", "text", "r.parent_run_id"],
    ["forked_from", "text", "r.forked_run_id"],
    ["forked_step", "integer", "r.forked_step"],
    ["start_time", "text", time("r.start_us")],
    ["end_time", "text", time("r.end_us")],
    ["duration_ms", "real", "(coalesce(r.end_us, r.start_us) - r.start_us) / 1000.0"],
    ["steps", "integer", "r.steps"],
    ["llm_calls", "integer", "r.llm_calls"],
    ["tool_calls", "integer", "r.tool_calls"],
    ["attempts", "integer", "r.attempts"],
    ...tokens("r"),
    ["total_tokens", "integer", "r.input_tokens + r.output_tokens"],
    ["total_cost", "real", "case when r.unknown_cost_calls = 0 then r.cost_usd end"],
    ["retry_wait_ms", "real", "r.retry_wait_ms"],
    ["error_type", "text", "r.error_type"],
    ["error_message", "text", text("r.error_message", "$")],
    ["error_remedy", "text", text("r.error_remedy", "$")],
    ["tags", "text", "r.tags"],
    ...storedColumn("config", body("c", reading), { alias: "c", reading }),
    ...storedColumn("initial_prompt", text(`coalesce(r.prompt, ${body("p", reading)})`, "$"), {
      alias: "p",
      inline: "r.prompt",
      reading,
    }),
    ...storedColumn("final_response", text(`coalesce(r.output, ${body("o", reading)})`, "$"), {
      alias: "o",
      inline: "r.output",
      reading,
    }),
    ["trace_id", "text", id("r.trace_id")],
  ],
  from: `run r join body c on c.id = r.config_body left join body p on p.id = r.prompt_body
    left join body o on o.id = r.output_body`,
});

const spans = (reading: BodyReading): View => ({
  name: "spans",
  columns: [
    ["run_id", "text", "r.run_id"],
    ["span_id", "text", id("s.span_id")],
    ["parent_span_id", "text", id("s.parent_span_id")],
    ["kind", "text", "s.kind"],
    ["name", "text", "s.name"],
    ["step", "integer", "s.step"],
    ["start_time", "text", time("s.start_us")],
    ["end_time", "text", time("s.end_us")],
    ["duration_ms", "real", "(s.end_us - s.start_us) / 1000.0"],
    ["status", "text", "s.status"],
    ["error_type", "text", "s.error_type"],
    ["error_message", "text", text("s.error_message", "$")],
    ["provider", "text", "s.provider"],
    ["model", "text", "s.request_model"],
    ["response_model", "text", "s.response_model"],
    ["response_id", "text", "s.response_id"],
    ["finish_reasons", "text", "s.finish_reasons"],
    ["time_to_first_chunk_ms", "real", "s.time_to_first_chunk_ms"],
    ...tokens("s"),
    ["cost_usd", "real", "s.cost_usd"],
    ...storedColumn("attributes", `coalesce(s.attributes, ${body("a", reading)})`, {
      alias: "a",
      inline: "s.attributes",
      reading,
    }),
  ],
  from: "span s join run r on r.id = s.run_no left join body a on a.id = s.attributes_body",
});

/** What the message in the row `alias` of `body` says: its texts, and the result of a tool as text. */
const content = (alias: string, reading: BodyReading) =>
  `case when ${isCompressed(alias, reading)} = 0 then coalesce((
    select group_concat(case json_extract(p.value, '$.type') when 'text' then ${text("p.value", "$.content")}
      when 'tool_call_response' then coalesce(${textOrJson("p.value", "$.response")},
        json_type(p.value, '$.response')) end, '')
    from json_each(${body(alias, reading)}, '$.parts') p), '') end`;

/** `ROLES` of the store by number. */
const role =
  "case m.role when 0 then 'system' when 1 then 'user' when 2 then 'assistant' when 3 then 'tool' end";
const IS_ANSWER = "s.kind = 'llm' and m.role = 2";

const messages = (reading: BodyReading): View => ({
  name: "messages",
  columns: [
    ["message_id", "text", id("m.message_id")],
    ["run_id", "text", "r.run_id"],
    ["position", "integer", "m.position"],
    ["role", "text", role],
    ...storedColumn("content", content("b", reading), { alias: "b", reading }),
    [
      "tool_calls",
      "text",
      `(select nullif(json_group_array(json_remove(p.value, '$.type')), '[]')
        from json_each(${
        body("b", reading)
      }, '$.parts') p where json_extract(p.value, '$.type') = 'tool_call')`,
    ],
    ["parts", "text", `json_extract(${body("b", reading)}, '$.parts')`],
    ["timestamp", "text", time("m.at_us")],
    ["token_count", "integer", `case when ${IS_ANSWER} then s.output_tokens end`],
    [
      "finish_reason",
      "text",
      `case when ${IS_ANSWER} then json_extract(s.finish_reasons, '$[0]') end`,
    ],
    ["span_id", "text", id("s.span_id")],
  ],
  from: `run_message m join run r on r.id = m.run_no join body b on b.id = m.body_id
    left join span s on s.run_no = m.run_no and s.position = m.span_position`,
});

const toolCalls = (reading: BodyReading): View => {
  const attributes = `coalesce(s.attributes, ${body("a", reading)})`;
  // The name of the span has the tool's name after its operation (OpenTelemetry, GenAI spans).
  const spanWords = "case when s.name like 'execute_tool %' then substr(s.name, 14) else s.name end";
  return {
    name: "tool_calls",
    columns: [
      [
        "call_id",
        "text",
        `case when ${isCompressed("a", reading)} = 0
          then coalesce(${text(attributes, '$."gen_ai.tool.call.id"')}, lower(hex(s.span_id))) end`,
      ],
      ["run_id", "text", "r.run_id"],
      ["span_id", "text", id("s.span_id")],
      ["tool_name", "text", `coalesce(${text(attributes, '$."gen_ai.tool.name"')}, ${spanWords})`],
      ["args", "text", textOrJson(attributes, '$."gen_ai.tool.call.arguments"')],
      ["args_is_compressed", "integer", isCompressed("a", reading)],
      ...storedColumn("return_value", `case when b.id is not null then ${content("b", reading)} end`, {
        alias: "b",
        reading,
      }),
      ["is_error", "integer", "s.status = 'error'"],
      ["latency_ms", "real", "(s.end_us - s.start_us) / 1000.0"],
      ["start_time", "text", time("s.start_us")],
    ],
    from:
      `span s join run r on r.id = s.run_no and s.kind = 'tool' left join body a on a.id = s.attributes_body
      left join run_message m on m.run_no = s.run_no and m.position = cast(s.output_refs as integer)
        and s.output_refs is not null
      left join body b on b.id = m.body_id`,
  };
};

/** The messages that a row `m` of `snapshot` refers to as `0,3-17`, in that order. */
const REMEMBERED = `json_each('["' || replace(m.message_refs, ',', '","') || '"]') piece
  cross join run_message n on n.run_no = m.run_no and m.message_refs <> ''
    and n.position between cast(piece.value as integer)
      and cast(substr(piece.value, instr(piece.value, '-') + 1) as integer)
  cross join body b on b.id = n.body_id`;

const memorySnapshots = (reading: BodyReading): View => {
  const isAnyCompressed = reading === "whole"
    ? "0"
    : `max(${isCompressed("k", reading)}, exists (select 1 from ${REMEMBERED} where b.encoding <> 0))`;
  return {
    name: "memory_snapshots",
    columns: [
      ["memory_id", "text", id("m.snapshot_id")],
      ["run_id", "text", "r.run_id"],
      ["step", "integer", "m.step"],
      ["timestamp", "text", time("m.created_us")],
      ["message_refs", "text", "m.message_refs"],
      [
        "memory_json",
        "text",
        `case when ${isAnyCompressed} = 0 then json_object(
          'messages', json((select json_group_array(json(json)) from (
            select ${body("b", reading)} as json from ${REMEMBERED} order by piece.key, n.position))),
          'keyValues', json(coalesce(${body("k", reading)}, '{}'))) end`,
      ],
      ["memory_is_compressed", "integer", isAnyCompressed],
    ],
    from: "snapshot m join run r on r.id = m.run_no left join body k on k.id = m.key_values_body",
  };
};

const diffs = (): View => ({
  name: "diffs",
  columns: [
    ["diff_id", "text", "d.diff_id"],
    ["run_id", "text", "d.left_run_id"],
    ["new_run_id", "text", "d.right_run_id"],
    ["overrides", "text", "d.overrides"],
    ["parameter_changed", "text", "d.parameter_changed"],
    ["before_output", "text", "d.before_output"],
    ["after_output", "text", "d.after_output"],
    ["diff_json", "text", "d.diff_json"],
    ["timestamp", "text", time("d.created_us")],
  ],
  from: "diff d",
});

const evaluations = (): View => ({
  name: "evaluations",
  columns: [
    ["eval_id", "text", "e.eval_id"],
    ["run_id", "text", "r.run_id"],
    ["metric_name", "text", "e.name"],
    ["metric_value", "real", "e.value"],
    ["label", "text", "e.label"],
    ["explanation", "text", "e.explanation"],
    ["source", "text", "e.source"],
    ["scorer_version", "text", "e.scorer_version"],
    ["timestamp", "text", time("e.created_us")],
    ["span_id", "text", id("e.span_id")],
  ],
  from: "evaluation e join run r on r.id = e.run_no",
});

/** The six tables of the original and the spans, for people, notebooks and the API. */
export function viewsOf(reading: BodyReading): readonly View[] {
  return [
    runs(reading),
    spans(reading),
    messages(reading),
    toolCalls(reading),
    memorySnapshots(reading),
    diffs(),
    evaluations(),
  ];
}

export function selectOf({ columns, from }: View): string {
  return `select ${
    columns.map(([name, _type, source]) => `${source} as ${name}`).join(",\n  ")
  }\n  from ${from}`;
}

/** Messages get their role as a column: most bodies are compressed, and who spoke is what a query asks first. */
export const views: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    const all = viewsOf("plain");
    for (const { name } of all) await run(`drop view if exists ${name}`);
    await run("alter table run_message add column role integer not null default 0");
    await run(
      `update run_message set role = case json_extract(
        (select body_json(hash, encoding, data) from body where id = body_id), '$.role')
        when 'user' then 1 when 'assistant' then 2 when 'tool' then 3 else 0 end`,
    );
    for (const view of all) await run(`create view ${view.name} as ${selectOf(view)}`);
  },
};
