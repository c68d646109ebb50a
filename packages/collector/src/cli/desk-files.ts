/**
 * Desks of one's own, each in a file whose default export it is.
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DeskKind } from "../desks/desk.ts";
import { registerDesks } from "../desks/kinds.ts";
import { UsageError } from "./failure.ts";

/** @throws {UsageError} if a file cannot be read, or has no desk. */
export async function loadDesks(files: readonly string[]): Promise<readonly DeskKind[]> {
  const desks: DeskKind[] = [];
  for (const file of files) desks.push(await loadDesk(file));
  try {
    registerDesks(desks);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return desks;
}

async function loadDesk(file: string): Promise<DeskKind> {
  const { href } = pathToFileURL(resolve(file));
  const module = (await import(href).catch((error: Error) => {
    throw new UsageError(`Cannot load the desk ${file}: ${error.message}`);
  })) as { readonly default?: unknown };
  if (isDesk(module.default)) return module.default;
  throw new UsageError(`Export a desk as the default of ${file}: see docs/desks.md.`);
}

function isDesk(value: unknown): value is DeskKind {
  if (typeof value !== "object" || value === null) return false;
  const parts = ["name", "source", "sink", "outbound", "credentials", "mapping"];
  return parts.every((part) => part in value);
}
