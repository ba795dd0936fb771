const SHOWN_MAX_CHARS = 4_000;
const BEGIN = "A person changed the arguments of this call to ";
const END = ". With these:\n";

/** What the model reads before the result, as it believes to have asked for something else. */
export function editNote(given: unknown): string {
  const text = JSON.stringify(given) ?? "";
  return `${BEGIN}${text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}...` : text}${END}`;
}

/** The result alone. */
export function withoutEditNote(content: string, given: unknown): string {
  const note = editNote(given);
  return content.startsWith(note) ? content.slice(note.length) : content;
}
