/**
 * The document that reports: its id, and what it says of itself.
 * @module
 */

/**
 * A random id, kept in memory only: a duplicated tab copies its sessionStorage, and two pages with
 * one id would close each other. Not from `Math.random`, which other scripts seed, and not from
 * `randomUUID`, which only secure contexts have.
 */
export const createPageId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

/**
 * A property of the document, read past any element that a page named after it: `document.hidden` is
 * the element where there is a `<form name="hidden">`.
 */
export const read = <Name extends keyof Document>(name: Name): Document[Name] =>
  Reflect.get(Document.prototype, name, document);
