import type { Key } from "../contract/keys.ts";
import type { Reader } from "./reader.ts";

export interface ReaderKeyOptions<M> {
  readonly reader: (model: M) => Reader;
  /** There is a text whose keys these are. */
  readonly isRead: (model: M) => boolean;
  /** Place of the search in the footer. */
  readonly footer?: number;
  readonly searchHelp?: string;
  /** Also where the text has not the focus: it gets it. */
  readonly canSearch?: (model: M) => boolean;
}

/** Keys of texts: the same wherever something is read. */
export function readerKeys<M>(options: ReaderKeyOptions<M>): readonly Key<M>[] {
  const { reader, isRead, canSearch = isRead, footer = 7.5, searchHelp = "search in the text" } = options;
  const isFound = (model: M) => canSearch(model) && reader(model).search !== undefined;
  const isSide = (model: M) => isRead(model) && !reader(model).isWrapped;
  return [
    { keys: ["/"], action: "search", label: "search", help: searchHelp, footer, when: canSearch },
    { keys: ["n"], action: "next_hit", label: "next", help: "next place found", footer: 0, when: isFound },
    { keys: ["N"], action: "previous_hit", label: "previous", help: "previous place found", when: isFound },
    {
      keys: ["W"],
      action: "wrap",
      label: "wrap",
      help: "long rows go on below, or to the side",
      when: isRead,
    },
    {
      keys: ["right"],
      action: "side_on",
      label: "right",
      help: "to the right, where rows are not wrapped",
      when: isSide,
    },
    {
      keys: ["left"],
      action: "side_back",
      label: "left",
      help: "to the left, where rows are not wrapped",
      when: isSide,
    },
    {
      keys: ["-"],
      action: "fold_all",
      label: "fold all",
      help: "fold all branches (3-: open to the third level)",
      counted: true,
      when: isRead,
    },
    { keys: ["=", "+"], action: "unfold_all", label: "unfold all", help: "open all branches", when: isRead },
    ...typingKeys<M>((model) => reader(model).typing !== undefined),
  ];
}

/** While what is looked for is typed. */
function typingKeys<M>(when: (model: M) => boolean): readonly Key<M>[] {
  const typing = { modes: ["filter"], when } as const;
  return [
    {
      keys: ["enter"],
      action: "search_keep",
      label: "keep",
      help: "keep what is looked for",
      footer: 1,
      ...typing,
    },
    {
      keys: ["escape"],
      action: "search_leave",
      label: "cancel",
      help: "search for nothing",
      footer: 2,
      ...typing,
    },
    {
      keys: ["ctrl+r"],
      action: "search_pattern",
      label: "pattern/words",
      help: "what is typed is a pattern (RE2), or the words themselves",
      footer: 3,
      ...typing,
    },
    {
      keys: ["down", "ctrl+n"],
      action: "next_hit",
      label: "next",
      help: "next place found",
      footer: 4,
      ...typing,
    },
    {
      keys: ["up"],
      action: "previous_hit",
      label: "previous",
      help: "previous place found",
      ...typing,
    },
  ];
}
