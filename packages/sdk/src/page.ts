/**
 * Who is speaking: one document in one tab.
 * @module
 */

/**
 * A random id, kept in memory only: a duplicated tab copies its sessionStorage, and two pages with
 * one id would close each other. It is a name and no secret: what a page may say hangs on its token.
 */
export const createPageId = (): string => Math.random().toString(36).slice(2);
