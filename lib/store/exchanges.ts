import type { Exchange } from "../core/mod.ts";
import { bytes, hex, packBytes, unpackBytes } from "./codec.ts";
import { type Db, run as execute } from "./statements.ts";

export async function saveExchange(
  db: Db,
  { hash, traceId, status, contentType, body, atUs }: Exchange,
): Promise<void> {
  const { encoding, data } = packBytes(new TextEncoder().encode(body));
  const row = {
    trace_id: bytes(traceId),
    status,
    content_type: contentType,
    encoding,
    body: data,
    at_us: atUs,
  };
  const key = bytes(hash);
  await execute(
    db,
    "save exchange",
    [key, ...Object.values(row), ...Object.values(row)],
    () =>
      db.insertInto("exchange").values({ hash: key, ...row })
        .onConflict((conflict) => conflict.column("hash").doUpdateSet(row)),
  );
}

export async function findExchange(db: Db, hash: string): Promise<Exchange | undefined> {
  const row = await db.selectFrom("exchange").selectAll().where("hash", "=", bytes(hash)).executeTakeFirst();
  return row && {
    hash,
    traceId: hex(row.trace_id),
    status: row.status,
    contentType: row.content_type,
    body: new TextDecoder("utf-8", { ignoreBOM: true }).decode(unpackBytes(row.encoding, row.body)),
    atUs: row.at_us,
  };
}
