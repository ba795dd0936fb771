import { expressionBuilder, type Kysely, sql, type SqlBool } from "kysely";
import type { Message } from "../../core/mod.ts";
import { loadBodies } from "../bodies.ts";
import { messageIn } from "../checked.ts";
import { decodeBody } from "../codec.ts";
import { digestOfRun, type NumberedRun, runRow } from "../digest.ts";
import type { TextSearch } from "../engine.ts";
import { isUnreadable } from "../readable.ts";
import type { Schema, SpanRow } from "../schema.ts";
import { asOfOneMoment, type Db, run as execute } from "../statements.ts";

/** Text of one run that is searchable. Beyond it a run is found by its beginning only. */
const DOCUMENT_MAX_CHARS = 1_000_000;
/** Runs that are not indexed yet (live ones, mostly) are read one by one. */
const UNINDEXED_PER_PAGE = 200;
/** Others wait for a transaction. */
const CHARS_PER_TRANSACTION = 500_000;
/** Whoever asks the store something waits for so many to be read. */
const READ_TOGETHER = 4;
const TERMS_MAX = 16;
const TERM_MAX_CHARS = 100;

interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Words as FTS5's unicode61 tokenizer splits them, near enough: letters and digits, lower case, no accents. */
function wordsOf(text: string): string[] {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** `word`, `pre*` and `"several words"`; all must occur. */
function termsOf(text: string): Term[] {
  const terms: Term[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"?|(\S+)/g)) {
    const words = wordsOf((quoted ?? plain ?? "").slice(0, TERM_MAX_CHARS));
    if (words.length > 0) terms.push({ words, prefix: quoted === undefined && plain!.endsWith("*") });
    if (terms.length === TERMS_MAX) break;
  }
  return terms;
}

/** The FTS5 query for what a person typed: never a syntax error, `""` when nothing can be searched for. */
function textQuery(text: string): string {
  return termsOf(text).flatMap(({ words, prefix }) =>
    words.map((word, index) => `"${word}"${prefix && index === words.length - 1 ? "*" : ""}`)
  ).join(" AND ");
}

class WordList {
  readonly #words: ReadonlySet<string>;

  constructor(document: string) {
    this.#words = new Set(wordsOf(document));
  }

  matches(terms: readonly Term[]): boolean {
    return terms.every(({ words, prefix }) =>
      words.every((word, index) =>
        prefix && index === words.length - 1
          ? [...this.#words].some((it) => it.startsWith(word))
          : this.#words.has(word)
      )
    );
  }
}

/** For each text the ids of runs that match but that the index does not know yet. */
async function unindexedMatches(db: Db, texts: readonly string[]): Promise<readonly number[][]> {
  const wanted = texts.map((text) => ({ terms: termsOf(text), found: [] as number[] }));
  if (wanted.length === 0) return [];
  for (let after = 0;;) {
    const rows = await db.selectFrom("run").select("id").where("indexed", "=", 0).where("id", ">", after)
      .orderBy("id").limit(UNINDEXED_PER_PAGE).execute();
    for (const { id } of rows) {
      const run = await runRow(db, id);
      const document = new WordList(run ? await documentOf(db, run) : ""); // deleted meanwhile
      for (const { terms, found } of wanted) if (document.matches(terms)) found.push(id);
    }
    if (rows.length < UNINDEXED_PER_PAGE) break;
    after = rows.at(-1)!.id;
  }
  return wanted.map(({ found }) => found);
}

/** Everything of a run that search should find. */
async function documentOf(db: Db, run: NumberedRun): Promise<string> {
  const bodies = await loadBodies(db, [run.prompt_body, run.output_body]);
  const texts = [
    run.agent,
    run.model,
    run.user_id,
    run.group_id,
    run.tags,
    run.prompt,
    run.output,
    run.error_type,
  ]
    .concat([run.error_message, ...bodies.values()]).filter((it) => it !== null);
  const { rows: messages } = await execute<{ readonly encoding: number; readonly data: Uint8Array }>(
    db,
    "select message bodies",
    [run.id],
    () =>
      db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
        .select(["encoding", "data"]).where("run_no", "=", run.id).orderBy("position"),
  );
  let length = texts.reduce((sum, it) => sum + it.length, 0);
  for (const { encoding, data } of messages) {
    if (length > DOCUMENT_MAX_CHARS) break;
    const text = readableWords(encoding, data);
    texts.push(text);
    length += text.length;
  }
  const { rows: spans } = await execute<Pick<SpanRow, "name" | "error_type" | "error_message">>(
    db,
    "select errors",
    [run.id, 1000],
    () =>
      db.selectFrom("span").select(["name", "error_type", "error_message"]).where("run_no", "=", run.id)
        .where("error_type", "is not", null).limit(1000),
  );
  for (const span of spans) texts.push(span.name, span.error_type ?? "", span.error_message ?? "");
  return texts.join("\n").slice(0, DOCUMENT_MAX_CHARS);
}

/** A message that cannot be read must not keep its run from being found by the others. */
function readableWords(encoding: number, data: Uint8Array): string {
  try {
    return messageWords(messageIn(decodeBody(encoding, data)));
  } catch {
    return "";
  }
}

function messageWords(message: Message): string {
  return message.parts.map((part) => {
    switch (part.type) {
      case "text":
      case "reasoning":
        return part.content;
      case "tool_call":
        return `${part.name} ${JSON.stringify(part.arguments)}`;
      case "tool_call_response":
        return typeof part.response === "string" ? part.response : JSON.stringify(part.response);
      default:
        return "";
    }
  }).join("\n");
}

/** A run as it is found, and held to. */
interface ReadRun {
  readonly runNo: number;
  /** Of its last write when it was read. */
  readonly seq: number;
  readonly words: string;
  readonly digest: Uint8Array;
}

const FORGET_WORDS = "delete from run_search where rowid = ?";
const INDEX_WORDS = "insert into run_search (rowid, text) values (?, ?)";
const statement = (sql: string) => ({ compile: () => ({ sql }) });

/** Reads some at one moment; one that was deleted meanwhile is none. `unreadable`: how many say nothing. */
async function readRuns(
  db: Kysely<Schema>,
  runs: readonly { readonly id: number; readonly seq: number }[],
): Promise<{ readonly read: readonly ReadRun[]; readonly unreadable: number }> {
  return await asOfOneMoment(db, async (db) => {
    const read: ReadRun[] = [];
    let unreadable = 0;
    for (const { id, seq } of runs) {
      try {
        const run = await runRow(db, id);
        if (!run) continue;
        const words = wordsOf(await documentOf(db, run)).join(" ");
        read.push({ runNo: id, seq, words, digest: await digestOfRun(db, run) });
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        unreadable++; // of this run only
      }
    }
    return { read, unreadable };
  });
}

/** All of them with one flush to disk. What was read of one may have changed meanwhile: then it stays to be indexed. */
async function indexRuns(
  db: Kysely<Schema>,
  runs: readonly ReadRun[],
  leaveFlush: () => void,
): Promise<void> {
  if (runs.length === 0) return;
  await db.transaction().execute(async (transaction) => {
    leaveFlush(); // what a power cut takes is made again
    for (const { runNo, seq, words, digest } of runs) {
      const { changes } = await execute(
        transaction,
        "set indexed",
        [1, digest, runNo, seq],
        () =>
          transaction.updateTable("run").set({ indexed: 1, digest }).where("id", "=", runNo)
            .where("seq", "=", seq),
      );
      if (changes === 0n) continue;
      await execute(transaction, "forget words", [runNo], () => statement(FORGET_WORDS));
      await execute(transaction, "index words", [runNo, words], () => statement(INDEX_WORDS));
    }
  });
}

/**
 * Full-text search with FTS5. Indexing is separate from writing, so that no step waits for it; a run's digest is taken with it, for
 * both read all of a run that has ended, and share a transaction.
 */
export function createTextSearch(db: Kysely<Schema>, leaveFlush: () => void): TextSearch {
  return {
    isBlank: (text) => textQuery(text) === "",

    async conditions(db, texts) {
      const alsoIds = await unindexedMatches(db, texts);
      const eb = expressionBuilder<Schema, "run">();
      return texts.map((text, index) => {
        const indexed = sql<SqlBool>`run.id in (select rowid from run_search where run_search match ${
          textQuery(text)
        })`;
        const also = alsoIds[index]!;
        return also.length === 0
          ? indexed
          : eb.or([indexed, sql<SqlBool>`run.id in (select value from json_each(${JSON.stringify(also)}))`]);
      });
    },

    async indexPending(limit) {
      const rows = await db.selectFrom("run").select(["id", "seq"]).where("indexed", "=", 0)
        .where("status", "not in", ["queued", "running", "waiting", "paused"]).orderBy("id", "desc")
        .limit(limit).execute();
      let [some, chars, indexed]: [ReadRun[], number, number] = [[], 0, 0];
      for (let from = 0; from < rows.length; from += READ_TOGETHER) {
        const together = rows.slice(from, from + READ_TOGETHER);
        const { read, unreadable } = await readRuns(db, together);
        some.push(...read);
        chars += read.reduce((sum, { words }) => sum + words.length, 0);
        indexed += together.length - unreadable;
        if (chars < CHARS_PER_TRANSACTION) continue;
        await indexRuns(db, some, leaveFlush);
        [some, chars] = [[], 0];
        await new Promise((resolve) => setTimeout(resolve)); // whatever else this thread has to do comes between
      }
      await indexRuns(db, some, leaveFlush);
      return indexed;
    },

    async forget(db, runNos) {
      for (const runNo of runNos) {
        await execute(db, "forget words", [runNo], () => statement(FORGET_WORDS));
      }
    },
  };
}
