/**
 * Remembers where the keyboard goes on once an entry of a list has gone: to the button of the next entry, of the one
 * before it, or of the list's owner. Call the function that is returned after that.
 * @param entry the entry that will go
 * @param fallback a selector of what gets the focus where no entry is left
 */
export function focusAfter(entry: Element | null, fallback: string): () => void {
  const entries = [
    ...(entry?.closest("section, [data-agent]")?.querySelectorAll("li") ?? []),
  ].filter((each) => each.matches("[data-waiting], [data-held]"));
  const at = entries.indexOf(entry as HTMLLIElement);
  const others = [...entries.slice(at + 1), ...entries.slice(0, Math.max(0, at)).reverse()];
  return () => {
    // Once it is rendered; what got the focus meanwhile keeps it.
    setTimeout(() => {
      const { activeElement } = document;
      if (activeElement?.isConnected && activeElement !== document.body) return;
      const buttons = others.map(
        (each) => each.isConnected && each.querySelector("[data-primary]"),
      );
      const next =
        buttons.find((each) => each instanceof HTMLElement) || document.querySelector(fallback);
      if (next instanceof HTMLElement) next.focus();
    });
  };
}
