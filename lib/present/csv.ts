type CsvValue = string | number | boolean | null;

/** Comma-separated values (RFC 4180) with a heading; null is an empty field. */
export function csvText(columns: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  const field = (value: CsvValue) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
