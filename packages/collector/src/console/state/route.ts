import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** The pages, in the order of the navigation. */
export const PAGES = [
  { path: "now", title: "Now" },
  { path: "conversations", title: "Conversations" },
  { path: "agents", title: "Agents and queue" },
  { path: "reports", title: "Reports" },
  { path: "setup", title: "Setting up" },
  { path: "presence", title: "Presence" },
  { path: "triggers", title: "Triggers" },
  { path: "settings", title: "Settings" },
  { path: "desks", title: "Desks" },
  { path: "webhooks", title: "Webhooks and keys" },
  { path: "people", title: "People" },
  { path: "audit", title: "Audit log" },
] as const;
/** `why` is the page of one conversation, so it is not in the navigation. */
export type PagePath = (typeof PAGES)[number]["path"] | "why";

/** The page in a fragment as `#/settings`; any other fragment is the page of visitors. */
export function pageIn(hash: string): PagePath {
  if (explainedIn(hash) !== null) return "why";
  const path = /^#\/([a-z-]+)/.exec(hash)?.[1];
  return PAGES.find((page) => page.path === path)?.path ?? "now";
}

/** The conversation in a fragment as `#/now/conv_1`; `null` if it names none. */
export function conversationIn(hash: string): string | null {
  return decoded(/^#\/now\/(.+)$/.exec(hash)?.[1]);
}

/** The conversation in a fragment as `#/why/conv_1`, which is drawn on a time axis; `null` if it names none. */
export function explainedIn(hash: string): string | null {
  return decoded(/^#\/why\/(.+)$/.exec(hash)?.[1]);
}

function decoded(part: string | undefined): string | null {
  try {
    return part === undefined ? null : decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** What follows the `?` of a fragment as `#/conversations?state=active`; empty if there is none. */
export function queryIn(hash: string): string {
  return /^#[^?]*\?(.*)$/.exec(hash)?.[1] ?? "";
}

/** The address that opens a conversation's details. */
export function conversationHref(id: string): string {
  return `#/now/${encodeURIComponent(id)}`;
}

/** The address that shows why a conversation's visitor was called gone. */
export function whyHref(id: string): string {
  return `#/why/${encodeURIComponent(id)}`;
}

let leftLink: string | null = null;

/** The address of the conversation that was just left for the page with its link; `null` afterwards. */
export function takeLeftLink(): string | null {
  const taken = leftLink;
  leftLink = null;
  return taken;
}

export interface Address {
  readonly page: ReadonlySignal<PagePath>;
  /** What follows the page's path, as a query. */
  readonly query: ReadonlySignal<string>;
  /** The conversation whose details the address names. */
  readonly conversation: ReadonlySignal<string | null>;
  /** The conversation that the page `why` is of. */
  readonly explained: ReadonlySignal<string | null>;
  /** Takes the conversation out of the address, and goes back to the page whose link has opened it. */
  leaveConversation(): void;
}

/**
 * What the address names, in its fragment: so the console works under any path, from any host of static
 * files, and asks the server for nothing but its assets.
 */
export function followAddress(): Address {
  const hash = signal(location.hash);
  /** The page other than that of visitors whose link has opened the conversation. */
  let origin: string | null = null;
  const read = () => {
    const [from, to] = [hash.peek(), location.hash];
    // Back from the drawing of a conversation to its details, those were opened by another page.
    if (conversationIn(from) === null && explainedIn(from) === null)
      origin = pageIn(from) === "now" ? null : from;
    hash.value = to;
  };
  addEventListener("hashchange", read);
  const page = computed(() => pageIn(hash.value));
  const conversation = computed(() => conversationIn(hash.value));
  return {
    page,
    query: computed(() => queryIn(hash.value)),
    conversation,
    explained: computed(() => explainedIn(hash.value)),
    leaveConversation() {
      const id = conversation.peek();
      if (id === null) return;
      if (origin !== null) leftLink = conversationHref(id);
      history.replaceState(null, "", origin ?? `#/${page.peek()}`);
      read();
    },
  };
}
