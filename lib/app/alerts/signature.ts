const BASE64_PREFIX = "whsec_";

/**
 * Headers by which a receiver knows who sent a message, that nobody changed it, and whether it had it before, as
 * standardwebhooks.com has them: the signature is HMAC-SHA256 over `id.timestamp.body`. Keys that begin with `whsec_` are base64.
 */
export async function signedHeaders(
  deliveryId: string,
  atMs: number,
  body: string,
  key: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const headers = { "webhook-id": deliveryId, "webhook-timestamp": timestamp };
  if (key === undefined) return headers;
  const encoder = new TextEncoder();
  const secret = keyBytes(key) ?? encoder.encode(key);
  const hmac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign(
    "HMAC",
    hmac,
    encoder.encode(`${deliveryId}.${timestamp}.${body}`),
  );
  return { ...headers, "webhook-signature": `v1,${new Uint8Array(signature).toBase64()}` };
}

function keyBytes(key: string): Uint8Array<ArrayBuffer> | undefined {
  if (!key.startsWith(BASE64_PREFIX)) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(key.slice(BASE64_PREFIX.length));
    return bytes.length > 0 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
