const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** An instant to the second, as the reader writes dates. */
export function exactTimeWords(instant: string): string {
  return EXACT.format(new Date(instant));
}

/** An instant as the reader writes dates. */
export function timeWords(instant: string): string {
  return TIME.format(new Date(instant));
}
