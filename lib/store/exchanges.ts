import type { Exchange } from "../core/mod.ts";
import { bytes, hex, packBytes, unpackBytes } from "./codec.ts";
import type { Db } from "./statements.ts";

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
  await db.insertInto("exchange").values({ hash: bytes(hash), ...row })
    .onConflict((conflict) => conflict.column("hash").doUpdateSet(row)).execute();
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
