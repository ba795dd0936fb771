import { isObject, type Message, readCount, UNITS } from "../../core/mod.ts";

type Json = Readonly<Record<string, unknown>>;
type Quantities = Readonly<Record<string, number>>;

/** What is known of a call that is not billed by its tokens, before it is answered. */
export interface UnitsAsked {
  readonly messages: readonly Message[];
  /** As many as it will be billed for; absent where only the answer says. */
  readonly expected?: Quantities;
  /** As many as it can be billed for; absent where nobody knows. */
  readonly atMost?: Quantities;
  /** What it is billed for, by what its answer says of usage; absent where that is not told. */
  readonly billed: (usage: Json) => Quantities | undefined;
}

/** Pages of a document that the model server takes. */
const PAGES_MAX = 1000;

/** What is asked of a route whose calls are billed by pages, characters or seconds; `undefined` for other routes, and what cannot be read. */
export function unitsAsked(path: string, body: Json): UnitsAsked | undefined {
  if (path === "/v1/ocr") return ocr(body);
  return path === "/v1/audio/speech" ? speech(body) : undefined;
}

function ocr(body: Json): UnitsAsked | undefined {
  const { document, pages } = body;
  if (!isObject(document)) return undefined;
  const isAnnotated = isObject(body["bbox_annotation_format"]) ||
    isObject(body["document_annotation_format"]);
  const unit = isAnnotated ? UNITS.annotatedPages : UNITS.pages;
  const isImage = document["type"] === "image_url";
  const listed = isImage ? 1 : Array.isArray(pages) && pages.length > 0 ? pages.length : undefined;
  return {
    messages: [{ role: "user", parts: [{ type: "text", content: nameOf(document) }] }],
    ...(listed === undefined ? {} : { expected: { [unit]: listed } }),
    atMost: { [unit]: listed ?? PAGES_MAX },
    billed: ({ pages_processed: processed }) => {
      const count = readCount(processed);
      return count ? { [unit]: count } : undefined;
    },
  };
}

/** Where a document is: its content may be large, and is no message. */
function nameOf(document: Json): string {
  const { document_url: url, image_url: image, file_id: fileId, document_name: name } = document;
  const given = [url, isObject(image) ? image["url"] : image, fileId].find((it) => typeof it === "string");
  if (typeof given !== "string") return typeof name === "string" ? name.slice(0, 2000) : "";
  const [, type] = /^data:([^;,]{0,100})/.exec(given) ?? [];
  return type === undefined ? given.slice(0, 2000) : `${type}, ${given.length} characters`;
}

function speech({ input }: Json): UnitsAsked | undefined {
  if (typeof input !== "string" || input === "") return undefined;
  const quantities = { [UNITS.characters]: [...input].length };
  return {
    messages: [{ role: "user", parts: [{ type: "text", content: input }] }],
    expected: quantities,
    atMost: quantities,
    billed: () => quantities,
  };
}

/** What a call that is billed by units said in words: a document's pages. */
export function wordsOf({ pages, text }: Json): string {
  if (typeof text === "string") return text;
  if (!Array.isArray(pages)) return "";
  return pages.flatMap((page) =>
    isObject(page) && typeof page["markdown"] === "string" ? page["markdown"] : []
  )
    .join("\n\n");
}
