import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

const TOKENS = `input_tokens integer not null default 0, output_tokens integer not null default 0,
  cached_input_tokens integer not null default 0, cache_write_input_tokens integer not null default 0,
  reasoning_tokens integer not null default 0`;

const TABLES = `
create table clock (id integer primary key check (id = 1), seq integer not null) strict;
insert into clock values (1, 0);

create table body (id integer primary key, hash blob not null unique, encoding integer not null, length integer not null,
  data blob not null) strict;

create table run (id integer primary key, trace_id blob not null unique, run_id text not null unique, agent text not null,
  model text not null, status text not null, origin text not null, user_id text not null, group_id text, parent_run_id text,
  forked_run_id text, forked_step integer, start_us integer not null, end_us integer, tags text not null,
  config_body integer not null, prompt text, prompt_body integer, output text, output_body integer, error_type text,
  error_message text, steps integer not null default 0, llm_calls integer not null default 0,
  tool_calls integer not null default 0, attempts integer not null default 0, ${TOKENS},
  cost_usd real not null default 0, unknown_cost_calls integer not null default 0, retry_wait_ms real not null default 0,
  seq integer not null, owner text, indexed integer not null default 0) strict;
create index run_start on run (start_us, id);
create index run_seq on run (seq);
create index run_agent on run (agent, start_us);
create index run_status on run (status, start_us);
create index run_group on run (group_id, start_us) where group_id is not null;
create index run_parent on run (parent_run_id) where parent_run_id is not null;
create index run_unindexed on run (id) where indexed = 0;

create table span (run_no integer not null, position integer not null, span_id blob not null, parent_span_id blob, kind text not null, name text not null,
  step integer, start_us integer not null, end_us integer, status text not null, error_type text, error_message text,
  provider text, request_model text, response_model text, response_id text, finish_reasons text, time_to_first_chunk_ms real,
  input_tokens integer, output_tokens integer, cached_input_tokens integer, cache_write_input_tokens integer,
  reasoning_tokens integer, cost_usd real, cost_quantities text, price_body integer, input_refs text, output_refs text,
  attributes text, attributes_body integer, primary key (run_no, position)) strict, without rowid;

create table run_message (run_no integer not null, position integer not null, message_id blob not null,
  body_id integer not null, span_position integer not null, at_us integer not null, primary key (run_no, position)) strict, without rowid;

create table run_usage (run_no integer not null, model text not null, day integer not null, llm_calls integer not null default 0,
  ${TOKENS}, cost_usd real not null default 0, unknown_cost_calls integer not null default 0,
  primary key (run_no, model, day)) strict, without rowid;

create table snapshot (run_no integer not null, step integer not null, snapshot_id blob not null, span_position integer not null,
  created_us integer not null, message_refs text not null, key_values_body integer, primary key (run_no, step, snapshot_id))
  strict, without rowid;

create table evaluation (eval_id text primary key, run_no integer not null, span_id blob, name text not null, value real,
  label text, explanation text, source text not null, scorer_version text, created_us integer not null) strict;
create index evaluation_run on evaluation (run_no);

create table diff (diff_id text primary key, left_run_id text not null, right_run_id text not null, created_us integer not null,
  overrides text not null, parameter_changed text, before_output text, after_output text, diff_json text not null) strict;
create index diff_left on diff (left_run_id);
create index diff_right on diff (right_run_id);

create table partial (trace_id blob not null, span_id blob not null, text text not null, reasoning text not null,
  updated_us integer not null, primary key (trace_id, span_id)) strict, without rowid;

create table control (id integer primary key, trace_id blob not null, action text not null, argument text not null,
  requested_us integer not null, taken integer not null default 0) strict;
create index control_waiting on control (trace_id, id) where taken = 0;

create virtual table run_search using fts5 (text, content = '', contentless_delete = 1, detail = 'none');
`;

/** The six tables of the original, for people, notebooks and the API. `body_text` is a function of our connections. */
const VIEWS = `
create view runs as select r.run_id, r.agent as agent_id, r.user_id, r.model, r.status, r.origin, r.group_id, r.parent_run_id,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.start_us / 1e6, 'unixepoch') as start_time,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.end_us / 1e6, 'unixepoch') as end_time,
  (coalesce(r.end_us, r.start_us) - r.start_us) / 1000.0 as duration_ms, r.steps, r.llm_calls, r.tool_calls, r.attempts,
  r.input_tokens, r.output_tokens, r.cached_input_tokens, r.reasoning_tokens,
  r.input_tokens + r.output_tokens as total_tokens,
  case when r.unknown_cost_calls = 0 then r.cost_usd end as total_cost, r.retry_wait_ms, r.error_type,
  r.error_message ->> '$' as error_message, r.tags, body_text(c.encoding, c.data) as config,
  coalesce(r.prompt, body_text(p.encoding, p.data)) ->> '$' as initial_prompt,
  coalesce(r.output, body_text(o.encoding, o.data)) ->> '$' as final_response, lower(hex(r.trace_id)) as trace_id
  from run r join body c on c.id = r.config_body left join body p on p.id = r.prompt_body
  left join body o on o.id = r.output_body;

create view spans as select r.run_id, lower(hex(s.span_id)) as span_id, lower(hex(s.parent_span_id)) as parent_span_id, s.kind,
  s.name, s.step, strftime('%Y-%m-%dT%H:%M:%fZ', s.start_us / 1e6, 'unixepoch') as start_time,
  (s.end_us - s.start_us) / 1000.0 as duration_ms, s.status, s.error_type, s.error_message ->> '$' as error_message, s.provider,
  s.request_model as model, s.response_model, s.time_to_first_chunk_ms, s.input_tokens, s.output_tokens,
  s.cached_input_tokens, s.reasoning_tokens, s.cost_usd, coalesce(s.attributes, body_text(a.encoding, a.data)) as attributes
  from span s join run r on r.id = s.run_no left join body a on a.id = s.attributes_body;

create view messages as select lower(hex(m.message_id)) as message_id, r.run_id, m.position,
  body_text(b.encoding, b.data) ->> '$.role' as role, message_text(b.encoding, b.data) as content,
  strftime('%Y-%m-%dT%H:%M:%fZ', m.at_us / 1e6, 'unixepoch') as timestamp,
  case when s.kind = 'llm' then s.output_tokens end as token_count, s.finish_reasons ->> '$[0]' as finish_reason,
  lower(hex(s.span_id)) as span_id, body_text(b.encoding, b.data) ->> '$.parts' as parts
  from run_message m join run r on r.id = m.run_no join body b on b.id = m.body_id
  left join span s on s.run_no = m.run_no and s.position = m.span_position;

create view tool_calls as select coalesce(coalesce(s.attributes, body_text(a.encoding, a.data)) ->> '$."gen_ai.tool.call.id"',
  lower(hex(s.span_id))) as call_id, r.run_id, lower(hex(s.span_id)) as span_id,
  coalesce(s.attributes, body_text(a.encoding, a.data)) ->> '$."gen_ai.tool.name"' as tool_name,
  coalesce(s.attributes, body_text(a.encoding, a.data)) ->> '$."gen_ai.tool.call.arguments"' as args,
  message_text(b.encoding, b.data) as return_value, s.status = 'error' as is_error,
  (s.end_us - s.start_us) / 1000.0 as latency_ms,
  strftime('%Y-%m-%dT%H:%M:%fZ', s.start_us / 1e6, 'unixepoch') as start_time
  from span s join run r on r.id = s.run_no left join body a on a.id = s.attributes_body
  left join run_message m on m.run_no = s.run_no and m.position = cast(s.output_refs as integer)
    and s.output_refs is not null
  left join body b on b.id = m.body_id where s.kind = 'tool';

create view memory_snapshots as select lower(hex(m.snapshot_id)) as memory_id, r.run_id, m.step,
  strftime('%Y-%m-%dT%H:%M:%fZ', m.created_us / 1e6, 'unixepoch') as timestamp, m.message_refs,
  coalesce(body_text(b.encoding, b.data), '{}') as memory_json
  from snapshot m join run r on r.id = m.run_no left join body b on b.id = m.key_values_body;

create view diffs as select diff_id, left_run_id as run_id, right_run_id as new_run_id, overrides, parameter_changed,
  before_output, after_output, diff_json, strftime('%Y-%m-%dT%H:%M:%fZ', created_us / 1e6, 'unixepoch') as timestamp from diff;

create view evaluations as select e.eval_id, r.run_id, e.name as metric_name, e.value as metric_value, e.label, e.explanation,
  e.source, strftime('%Y-%m-%dT%H:%M:%fZ', e.created_us / 1e6, 'unixepoch') as timestamp, lower(hex(e.span_id)) as span_id
  from evaluation e join run r on r.id = e.run_no;
`;

export const init: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of `${TABLES}${VIEWS}`.split(";\n")) {
      if (statement.trim() !== "") await sql.raw(statement).execute(db);
    }
  },
};
