import type { HelpDesk } from "./desk.ts";

/** The text of a setting of the desk; what it is where nothing is entered. */
const setting = (desk: HelpDesk, name: string, preset: string) => {
  const value = desk.outbound?.[name];
  return typeof value === "string" ? value : preset;
};

/** The keys of the two custom attributes that are written. */
export function attributesOf(desk: HelpDesk): { presence: string; reason: string } {
  const presence = setting(desk, "attribute", "presence");
  return { presence, reason: `${presence}_reason` };
}

interface Site {
  /** The collector's address, without a slash at the end. */
  collector: string;
  /** The publishable key. */
  key: string;
}

/** The code for the pages that have Chatwoot's widget. */
export function chatwootSnippet(desk: HelpDesk, { collector, key }: Site): string {
  const prefix = desk.mapping.prefix ?? `${desk.id}-`;
  return `<script async src="${collector}/sdk-chatwoot.js"
        data-key="${key}" data-prefix="${prefix}"></script>`;
}

/** A secret that a desk's address can carry, and no one can guess. */
export function newPathSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
