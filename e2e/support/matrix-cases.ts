/**
 * The departures and stays of `scripts/browser-matrix.ts`, each done as a person would in the
 * browser.
 * @module
 */

import type { BrowserName, PlainBrowser } from "./plain-browser.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/** The tab that a case acts on. */
export interface Visit {
  readonly browser: PlainBrowser;
  readonly tab: number;
  readonly url: string;
  /** Resolves when the page has sent such a signal, by any transport. */
  waitForSignal(type: string, times?: number): Promise<unknown>;
  /** Resolves when the next page runs prerendered. */
  waitForPrerender(): Promise<unknown>;
  /** Between page and collector, if the case needs it. */
  readonly proxy: TcpProxy | null;
  /** The URL of another page of the same site and session. */
  readonly next: string;
  /** The URL of another site. */
  readonly elsewhere: string;
}

export interface Case {
  readonly name: string;
  /** What the page contains besides presence. */
  readonly body?: (visit: Pick<Visit, "next" | "elsewhere">) => string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The only browser that the case runs in; every browser if absent. */
  readonly only?: BrowserName;
  /** The case ends the browser. */
  readonly endsBrowser?: true;
  readonly needsProxy?: true;
  /** No signal of the page can arrive. */
  readonly cannotSend?: true;
  /** The page whose signals count, if it is not the one that was opened. */
  readonly observes?: "prerendered";
  /** What should arrive at the collector, for the table. */
  readonly expected: string;
  act(visit: Visit): Promise<unknown>;
}

const link = (url: string) => `<a href="${url}">Link</a>`;

async function hide({ browser, waitForSignal }: Visit): Promise<void> {
  await browser.tabs.perform("open", null, "about:blank");
  await waitForSignal("hidden");
}

export const DEPARTURES: readonly Case[] = [
  {
    name: "close the visible tab",
    expected: "leave",
    act: ({ browser, tab }) => browser.tabs.perform("close", tab),
  },
  {
    name: "close a hidden tab",
    expected: "leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.perform("close", visit.tab);
    },
  },
  {
    name: "link off the site",
    expected: "leave",
    body: ({ elsewhere }) => link(elsewhere),
    act: ({ browser, tab }) => browser.tabs.perform("click", tab),
  },
  {
    name: "quit the browser",
    expected: "leave",
    endsBrowser: true,
    act: ({ browser }) => browser.quit(),
  },
  {
    name: "quit while the tab is hidden",
    expected: "leave",
    endsBrowser: true,
    async act(visit) {
      await hide(visit);
      await visit.browser.quit();
    },
  },
  {
    name: "renderer killed",
    expected: "leave",
    endsBrowser: true,
    act: async ({ browser }) => browser.killRenderers(),
  },
  {
    name: "browser killed",
    expected: "nothing: the lease",
    endsBrowser: true,
    act: ({ browser }) => browser.kill(),
  },
  {
    name: "discarded",
    expected: "leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.perform("discard", visit.tab);
    },
  },
  {
    name: "closed while frozen",
    expected: "leave",
    only: "chromium",
    async act(visit) {
      await hide(visit);
      await visit.browser.setFrozen(visit.url, true);
      await visit.waitForSignal("freeze");
      await visit.browser.tabs.perform("close", visit.tab);
    },
  },
  {
    name: "closed while offline",
    expected: "nothing: the lease",
    needsProxy: true,
    async act({ browser, tab, proxy }) {
      proxy?.cut();
      await browser.tabs.perform("close", tab);
    },
  },
  {
    name: "close, under a CSP that blocks it",
    expected: "nothing can arrive",
    cannotSend: true,
    headers: { "Content-Security-Policy": "connect-src 'self'" },
    act: ({ browser, tab }) => browser.tabs.perform("close", tab),
  },
  {
    name: "close, where a permissions policy forbids `fetchLater`",
    expected: "leave",
    headers: { "Permissions-Policy": "deferred-fetch=(), deferred-fetch-minimal=()" },
    act: ({ browser, tab }) => browser.tabs.perform("close", tab),
  },
];

export const STAYS: readonly Case[] = [
  {
    name: "same-site navigation",
    expected: "leave, then open",
    body: ({ next }) => link(next),
    act: ({ browser, tab }) => browser.tabs.perform("click", tab),
  },
  {
    name: "reload",
    expected: "leave, then open",
    act: ({ browser, tab }) => browser.tabs.perform("reload", tab),
  },
  {
    name: "back and forward",
    expected: "leaves, then open",
    body: ({ next }) => link(next),
    async act({ browser, tab, waitForSignal }) {
      await browser.tabs.perform("click", tab);
      await waitForSignal("open", 2);
      await browser.tabs.perform("back", tab);
      await waitForSignal("open", 3);
      await browser.tabs.perform("forward", tab);
    },
  },
  {
    name: "two tabs, one closed",
    expected: "one leave; the other goes on",
    async act({ browser, tab, waitForSignal, next }) {
      await browser.tabs.perform("open", null, next);
      await waitForSignal("open", 2);
      await browser.tabs.perform("close", tab);
    },
  },
  {
    name: "duplicated tab, copy closed",
    expected: "one leave; the other goes on",
    async act({ browser, tab, waitForSignal }) {
      const copy = await browser.tabs.perform("duplicate", tab);
      await waitForSignal("open", 2);
      await browser.tabs.perform("close", copy);
    },
  },
  {
    name: "prerendered, never shown",
    expected: "nothing from that page",
    only: "chromium",
    observes: "prerendered",
    body: ({ next }) => {
      const rules = { prerender: [{ urls: [next], eagerness: "immediate" }] };
      return `<script type="speculationrules">${JSON.stringify(rules)}</script>`;
    },
    act: ({ waitForPrerender }) => waitForPrerender(),
  },
  {
    name: "download click",
    expected: "no leave",
    body: () => link("/file"),
    act: ({ browser, tab }) => browser.tabs.perform("click", tab),
  },
  {
    name: "hidden and shown",
    expected: "no leave",
    async act(visit) {
      await hide(visit);
      await visit.browser.tabs.perform("show", visit.tab);
      await visit.waitForSignal("visible");
    },
  },
  {
    name: "frozen and resumed",
    expected: "no leave",
    only: "chromium",
    async act(visit) {
      await hide(visit);
      await visit.browser.setFrozen(visit.url, true);
      await visit.waitForSignal("freeze");
      await visit.browser.setFrozen(visit.url, false);
      await visit.waitForSignal("resume");
    },
  },
];
