import { byteSize } from "../../present/mod.ts";

/** What became of the space that deleted runs took. */
export function freedText(freedBytes: number, returnedBytes: number): string {
  if (freedBytes === 0) return "no space became free";
  return returnedBytes === 0
    ? `${byteSize(freedBytes)} are free in the store for new runs, its file keeps its size`
    : `${byteSize(freedBytes)} are free, the store takes ${byteSize(returnedBytes)} less on the disk`;
}
