import { vi } from "vitest";
import type { AuditEntry, AuditPage } from "../model/audit.ts";
import { createAudit } from "../state/audit.ts";

/** A change of a setting, unless the test says otherwise. */
export function anEntry(differs: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: "e1",
    at: "2026-01-01T10:00:00.000Z",
    by: { person: "p", name: "ana@example.com" },
    action: "settings_changed",
    target: null,
    from: { "presence.bufferSeconds": null },
    to: { "presence.bufferSeconds": 20 },
    undo: {
      from: { "presence.bufferSeconds": 20 },
      to: { "presence.bufferSeconds": null },
      kept: [],
    },
    ...differs,
  };
}

/** An audit log whose pages are read in turn, the last one again and again. */
export function someAudit(...pages: AuditPage[]) {
  const left = pages.length > 0 ? [...pages] : [{ entries: [], cursor: null }];
  const api = {
    audit: vi.fn(async () => (left.length > 1 ? left.shift() : left[0]) as AuditPage),
    undo: vi.fn(async () => ({ undone: ["presence.bufferSeconds"], kept: ["routing"] })),
  };
  const onUndone = vi.fn(async () => {});
  return { api, onUndone, audit: createAudit(api, onUndone) };
}
