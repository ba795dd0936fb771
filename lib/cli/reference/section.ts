/** A part of the reference, for pages and terminals alike. Names of keys and values stand in backticks. */
export interface Section {
  readonly title: string;
  /** Paragraphs. */
  readonly text?: readonly string[];
  /** A file, or commands, as they are typed. */
  readonly code?: { readonly language: string; readonly text: string };
  readonly table?: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
}

export interface Topic {
  /** What `agentop help` calls it. */
  readonly name: string;
  readonly about: string;
  sections(): Promise<readonly Section[]>;
}

export function code(text: string | number): string {
  return `\`${text}\``;
}
