/**
 * The ways to leave and to stay, each as somebody in front of the browser does it.
 * @module
 */
import type { NetworkLine } from "./network-line.ts";
import type { BrowserName, PlainBrowser } from "./plain-browser.ts";

/** One tab of the session that is measured. */
export interface Visit {
  readonly browser: PlainBrowser;
  readonly tab: number;
  readonly url: string;
  /** Resolves when the page has said so, by any way. */
  heard(type: string, times?: number): Promise<unknown>;
  /** Resolves when the next page runs without being shown. */
  prerendered(): Promise<unknown>;
  /** Between page and collector where the case says that it wants one. */
  readonly line: NetworkLine | null;
  /** An address of the same site with a page of the same session, or of another site. */
  readonly next: string;
  readonly elsewhere: string;
}

export interface Case {
  readonly name: string;
  /** What stands in the page besides presence. */
  readonly body?: (visit: Pick<Visit, "next" | "elsewhere">) => string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: every browser. */
  readonly only?: BrowserName;
  /** The browser does not survive it. */
  readonly isLast?: true;
  readonly wantsLine?: true;
  /** The page cannot be heard at all. */
  readonly isMute?: true;
  /** What is looked at is another page than the one that was opened. */
  readonly looksAt?: "prerendered";
  /** What the collector should hear. */
  readonly wanted: string;
  act(visit: Visit): Promise<unknown>;
}

const link = (url: string) => `<a href="${url}">Link</a>`;

async function hide({ browser, heard }: Visit): Promise<void> {
  await browser.tabs.order("open", null, "about:blank");
  await heard("hidden");
}

export const DEPARTURES: readonly Case[] = [
  {
    name: "close the visible tab",
    wanted: "leave",
    act: ({ browser, tab }) => browser.tabs.order("close", tab),
  },
  {
    name: "close a hidden tab",
    wanted: "leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.order("close", visit.tab);
    },
  },
  {
    name: "link off the site",
    wanted: "leave",
    body: ({ elsewhere }) => link(elsewhere),
    act: ({ browser, tab }) => browser.tabs.order("click", tab),
  },
  {
    name: "quit the browser",
    wanted: "leave",
    isLast: true,
    act: ({ browser }) => browser.quit(),
  },
  {
    name: "quit while the tab is hidden",
    wanted: "leave",
    isLast: true,
    async act(visit) {
      await hide(visit);
      await visit.browser.quit();
    },
  },
  {
    name: "renderer killed",
    wanted: "leave",
    isLast: true,
    act: async ({ browser }) => browser.killRenderers(),
  },
  {
    name: "browser killed",
    wanted: "nothing: the lease",
    isLast: true,
    act: ({ browser }) => browser.kill(),
  },
  {
    name: "discarded",
    wanted: "leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.order("discard", visit.tab);
    },
  },
  {
    name: "closed while frozen",
    wanted: "leave",
    only: "chromium",
    async act(visit) {
      await hide(visit);
      await visit.browser.setFrozen(visit.url, true);
      await visit.heard("freeze");
      await visit.browser.tabs.order("close", visit.tab);
    },
  },
  {
    name: "closed while offline",
    wanted: "nothing: the lease",
    wantsLine: true,
    async act({ browser, tab, line }) {
      line?.cut();
      await browser.tabs.order("close", tab);
    },
  },
  {
    name: "close, under a CSP that blocks it",
    wanted: "nothing can arrive",
    isMute: true,
    headers: { "Content-Security-Policy": "connect-src 'self'" },
    act: ({ browser, tab }) => browser.tabs.order("close", tab),
  },
  {
    name: "close, where a permissions policy forbids `fetchLater`",
    wanted: "leave",
    headers: { "Permissions-Policy": "deferred-fetch=(), deferred-fetch-minimal=()" },
    act: ({ browser, tab }) => browser.tabs.order("close", tab),
  },
];

export const STAYS: readonly Case[] = [
  {
    name: "same-site navigation",
    wanted: "leave, then open",
    body: ({ next }) => link(next),
    act: ({ browser, tab }) => browser.tabs.order("click", tab),
  },
  {
    name: "reload",
    wanted: "leave, then open",
    act: ({ browser, tab }) => browser.tabs.order("reload", tab),
  },
  {
    name: "back and forward",
    wanted: "leaves, then open",
    body: ({ next }) => link(next),
    async act({ browser, tab, heard }) {
      await browser.tabs.order("click", tab);
      await heard("open", 2);
      await browser.tabs.order("back", tab);
      await heard("open", 3);
      await browser.tabs.order("forward", tab);
    },
  },
  {
    name: "two tabs, one closed",
    wanted: "one leave; the other goes on",
    async act({ browser, tab, heard, next }) {
      await browser.tabs.order("open", null, next);
      await heard("open", 2);
      await browser.tabs.order("close", tab);
    },
  },
  {
    name: "duplicated tab, copy closed",
    wanted: "one leave; the other goes on",
    async act({ browser, tab, heard }) {
      const copy = await browser.tabs.order("duplicate", tab);
      await heard("open", 2);
      await browser.tabs.order("close", copy);
    },
  },
  {
    name: "prerendered, never shown",
    wanted: "nothing from that page",
    only: "chromium",
    looksAt: "prerendered",
    body: ({ next }) => {
      const rules = { prerender: [{ urls: [next], eagerness: "immediate" }] };
      return `<script type="speculationrules">${JSON.stringify(rules)}</script>`;
    },
    act: ({ prerendered }) => prerendered(),
  },
  {
    name: "download click",
    wanted: "no leave",
    body: () => link("/file"),
    act: ({ browser, tab }) => browser.tabs.order("click", tab),
  },
  {
    name: "hidden and shown",
    wanted: "no leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.order("show", visit.tab);
      await visit.heard("visible");
    },
  },
  {
    name: "frozen and resumed",
    wanted: "no leave",
    only: "chromium",
    async act(visit) {
      await hide(visit);
      await visit.browser.setFrozen(visit.url, true);
      await visit.heard("freeze");
      await visit.browser.setFrozen(visit.url, false);
      await visit.heard("resume");
    },
  },
];
