/** On every answer: nothing is cached, framed, sniffed or read by another site. There is no CORS header anywhere. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Over TLS besides: a year. */
export const TLS_HEADERS: Readonly<Record<string, string>> = {
  "strict-transport-security": "max-age=31536000",
};
