// What browsers have and TypeScript's DOM library has not. Not part of the package's own types: a
// later library may declare the same.

/** https://developer.mozilla.org/docs/Web/API/Window/fetchLater: Chromium 135, secure contexts. */
declare function fetchLater(url: string, init: RequestInit): { readonly activated: boolean };

interface Document {
  /** https://developer.mozilla.org/docs/Web/API/Document/prerendering: Chromium. */
  readonly prerendering?: boolean;
}
