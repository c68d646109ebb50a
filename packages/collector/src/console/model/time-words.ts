const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** An instant as the reader writes dates. */
export function timeWords(instant: string): string {
  return TIME.format(new Date(instant));
}
