import { messageIn } from "./checked.ts";
import { decodeBody, hashOf, hex } from "./codec.ts";
import { readable } from "./readable.ts";
import type { Db } from "./statements.ts";

/** Copies bodies that are what their name says, each once. */
export class BodyCopier {
  /** Of the bodies in the damaged store, by their number there. */
  readonly hashes: ReadonlyMap<number, Uint8Array>;
  readonly #from: Db;
  readonly #to: Db;
  readonly #copied = new Map<number, number | undefined>();
  readonly #messages = new Map<number, number | undefined>();

  constructor(from: Db, to: Db, hashes: ReadonlyMap<number, Uint8Array>) {
    this.#from = from;
    this.#to = to;
    this.hashes = hashes;
  }

  /** Its number in the copy; `null` for none, `undefined` for one that is lost. */
  async copy(id: number | null): Promise<number | null | undefined> {
    if (id === null) return null;
    if (!this.#copied.has(id)) this.#copied.set(id, await this.#copy(id, () => {}));
    return this.#copied.get(id);
  }

  /** The same for the body of a message, which must be one. */
  async copyMessage(id: number): Promise<number | undefined> {
    if (!this.#messages.has(id)) this.#messages.set(id, await this.#copy(id, messageIn));
    return this.#messages.get(id);
  }

  /** What stands in place of one that is lost. */
  async instead(json: string): Promise<number> {
    const data = new TextEncoder().encode(json);
    return await this.#insert({ hash: hashOf(json), encoding: 0, length: data.length, data });
  }

  async #copy(id: number, check: (json: string) => void): Promise<number | undefined> {
    const [body] = await readable(
      [id],
      (ids) =>
        this.#from.selectFrom("body").select(["hash", "encoding", "length", "data"]).where("id", "in", ids)
          .execute(),
    );
    if (!body) return undefined;
    try {
      const json = decodeBody(body.encoding, body.data);
      if (hex(hashOf(json)) !== hex(body.hash)) return undefined;
      check(json);
      return await this.#insert({ ...body, length: new TextEncoder().encode(json).length });
    } catch {
      return undefined;
    }
  }

  async #insert(
    body: { hash: Uint8Array; encoding: number; length: number; data: Uint8Array },
  ): Promise<number> {
    const known = await this.#to.selectFrom("body").select("id").where("hash", "=", body.hash)
      .executeTakeFirst();
    if (known) return known.id;
    return (await this.#to.insertInto("body").values(body).returning("id").executeTakeFirstOrThrow()).id;
  }
}
