import { type ReadonlySignal, signal } from "@preact/signals";

/** The pages, in the order of the navigation. */
export const PAGES = [
  { path: "now", title: "Now" },
  { path: "setup", title: "Setting up" },
  { path: "presence", title: "Presence" },
  { path: "triggers", title: "Triggers" },
  { path: "settings", title: "Settings" },
  { path: "webhooks", title: "Webhooks and keys" },
  { path: "people", title: "People" },
  { path: "audit", title: "Audit log" },
] as const;
export type PagePath = (typeof PAGES)[number]["path"];

/** The page in a fragment as `#/settings`; any other fragment is the page of visitors. */
export function pageIn(hash: string): PagePath {
  const path = /^#\/([a-z-]+)/.exec(hash)?.[1];
  return PAGES.find((page) => page.path === path)?.path ?? "now";
}

/**
 * The page that the address names, in its fragment: so the console works under any path, from any
 * host of static files, and asks the server for nothing but its assets.
 */
export function followAddress(): ReadonlySignal<PagePath> {
  const page = signal(pageIn(location.hash));
  addEventListener("hashchange", () => {
    page.value = pageIn(location.hash);
  });
  return page;
}
