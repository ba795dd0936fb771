import { countrySpecs, isValidIBAN } from "ibantools";
import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Found } from "../../core/mod.ts";

/** Finds places in a text; the caller says what stands there instead. */
export type Places = (text: string) => readonly (readonly [from: number, to: number])[];

const EMAIL =
  /(?<![\p{L}\p{N}_.+-])[\p{L}\p{N}_.+-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}[\p{L}\p{N}])?){0,8}\.\p{L}{2,24}(?![\p{L}\p{N}])/gu;
const IBAN_BEGIN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ \u00a0\u202f-]?[A-Z0-9])/g;
const CARD = /(?<![\w.,/-])[2-6]\d{3}(?:[ \u00a0\u202f-]?\d){9,15}(?!\w)/g;
const CARD_DIGITS = { min: 13, max: 19 } as const;
/** Digits with what people write between them. */
const DIGIT_RUN = /(?<![\p{L}\p{N}_.,/])[+(]?\d[\d\s().\/+-]*\d(?![\p{L}_/])/gu;
/** Between two numbers, rather than within one. */
const NEXT_NUMBER = /\s{2,}|[\r\n]|\s[\/-]\s|\s?(?=\+)/;
/** ITU-T E.164, and the shortest that are not for within a town. */
const PHONE_DIGITS = { min: 7, max: 15 } as const;

/** Without the country's code: after the digit for calls from elsewhere in it, or in the groups of North America. */
const NATIONAL = /^\(?0\d|^\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}$/;
const DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)/;
/** What is inside is no text. */
const ENCODED = /^data:[\w/+.-]{1,100};base64,|^[A-Za-z0-9+/=_-]{200,}$/;
/** A text that may be JSON, in which a number that goes is replaced by a text. */
const JSON_BEGIN = /^\s{0,100}[{[]/;

export const email: Places = (text) => text.includes("@") ? matches(text, EMAIL) : [];

/** A card's number, by its check digit (Luhn, ISO/IEC 7812-1). */
export const card: Places = (text) =>
  matches(text, CARD).filter(([from, to]) => {
    const digits = text.slice(from, to).replace(/\D/g, "");
    return digits.length >= CARD_DIGITS.min && digits.length <= CARD_DIGITS.max && passesLuhn(digits);
  });

/** An account's number, written together or in groups; its length and check digits are its country's. */
export const iban: Places = (text) =>
  matches(text, IBAN_BEGIN).flatMap(([from]) => {
    const chars = countrySpecs[text.slice(from, from + 2)]?.chars;
    let to = from;
    for (let left = chars ?? 0; left > 0; to++) {
      const char = text[to] ?? "";
      if (/[A-Z0-9]/.test(char)) left--;
      else if (!/[ \u00a0\u202f-]/.test(char)) return [];
    }
    const isWhole = chars && !/[A-Za-z0-9]/.test(text[to] ?? "");
    return isWhole && isValidIBAN(text.slice(from, to).replace(/[ \u00a0\u202f-]/g, ""))
      ? [[from, to] as const]
      : [];
  });

/** Numbers with their country's code, and with `country` also those that are written as in that country. */
export function phone(country?: string): Places {
  const isPhone = (text: string) => {
    const { length } = text.replace(/\D/g, "");
    if (!/^\+/.test(text) && (!NATIONAL.test(text) || DATE.test(text))) return false;
    return length >= PHONE_DIGITS.min && length <= PHONE_DIGITS.max &&
      parsePhoneNumberFromString(text, country as CountryCode)?.isValid() === true;
  };
  return (text) =>
    matches(text, DIGIT_RUN).flatMap(([from, to]) => {
      const places: [number, number][] = [];
      let at = from;
      for (const piece of text.slice(from, to).split(NEXT_NUMBER)) {
        const begin = text.indexOf(piece, at);
        at = begin + piece.length;
        if (isPhone(piece)) places.push([begin, at]);
      }
      return places;
    });
}

/** Whole words, however their letters are written. */
export function names(list: readonly string[]): Places {
  const all = list.toSorted((a, b) => b.length - a.length).map((it) => RegExp.escape(it)).join("|");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${all})(?![\\p{L}\\p{N}])`, "giu");
  return (text) => matches(text, pattern);
}

function matches(text: string, pattern: RegExp): (readonly [number, number])[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: { length } }) => [index, index + length] as const);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

/** Places as marks, in order; where two rules found the same, the first one's. */
export function marked(
  text: string,
  rules: readonly { readonly places: Places; readonly mark: (value: string) => string }[],
): Found[] {
  if (ENCODED.test(text)) return [];
  const all = rules.flatMap(({ places, mark }) => places(text).map(([from, to]) => ({ from, to, mark })));
  const inQuotes = JSON_BEGIN.test(text) ? quotesOf(text) : () => true;
  const found: Found[] = [];
  for (const { from, to, mark } of all.toSorted((a, b) => a.from - b.from)) {
    if (from < (found.at(-1)?.to ?? 0)) continue;
    const value = text.slice(from, to);
    const isNumber = /^\d+$/.test(value) && !inQuotes(from);
    found.push({ from, to, mark: isNumber ? JSON.stringify(mark(value)) : mark(value) });
  }
  return found;
}

/** Whether a place is within a text of JSON; places must be asked for in order. */
function quotesOf(json: string): (place: number) => boolean {
  let [at, isOpen] = [0, false];
  return (place) => {
    for (; at < place; at++) {
      if (json[at] === "\\") at++;
      else if (json[at] === '"') isOpen = !isOpen;
    }
    return isOpen;
  };
}
