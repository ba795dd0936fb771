import { hashText } from "../core/mod.ts";

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `length` letters and digits that depend only on `text` and `seed`; 9 make a tool call id Mistral accepts. */
export function alphanumericId(text: string, seed: number, length: number): string {
  const random = randomFrom(hashText(text, seed) % 4294967296);
  let id = "";
  for (let i = 0; i < length; i++) id += ALPHANUMERIC[Math.floor(random() * ALPHANUMERIC.length)];
  return id;
}

/** 32 hex digits that depend only on `text` and `seed`. */
export function hexId(text: string, seed: number): string {
  const random = randomFrom(hashText(text, seed) % 4294967296);
  let id = "";
  for (let i = 0; i < 4; i++) id += Math.floor(random() * 4294967296).toString(16).padStart(8, "0");
  return id;
}
