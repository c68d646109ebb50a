import { expect, it } from "vitest";

declare global {
  interface ImportMeta {
    glob(pattern: string[], options: object): Record<string, string>;
  }
}

const sources = import.meta.glob(["./*.ts", "!./*.test.ts", "!./*.d.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

/** The code of some files without its comments. */
const codeOf = (isWanted: (path: string) => boolean) =>
  Object.keys(sources)
    .filter(isWanted)
    .map((path) => sources[path])
    .join("\n")
    .replaceAll(/\/\*.*?\*\/|^\s*\/\/[^\n]*$/gms, "");

const code = codeOf(() => true);

// Each costs the page something: a policy, its privacy, its back/forward cache, or its sleep.
it.each([
  ["seeded randomness in ids", /Math\.random\(\)\.to/],
  ["eval", /\beval\b|new Function|\bFunction\(/],
  ["a blob", /\bBlob\b|createObjectURL/],
  ["a worker", /Worker\b/],
  ["storage that outlives the tab", /\blocalStorage\b|indexedDB|\bcaches\b/],
  ["cookies", /cookie/i],
  ["a Web Lock", /\.locks\b/],
  ["a socket", /WebSocket|EventSource|RTCPeer|WebTransport/],
  ["patched history", /pushState|replaceState|\bhistory\b|navigation\./],
  ["unload", /["'\s](before)?unload\b/],
  ["offline", /\boffline\b|onLine/],
])("uses no %s", (_, pattern) => {
  expect(code).toContain("fetchLater(");
  expect(code).not.toMatch(pattern);
});

it("uses storage only for a widget, whose secret and conversation the next page of the tab needs", () => {
  expect(codeOf((path) => !path.includes("widget"))).not.toMatch(/\bsessionStorage\b/);
});
