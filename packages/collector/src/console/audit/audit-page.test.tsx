// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../live/problem.ts";
import { createAudit } from "../state/audit.ts";
import { anEntry, someAudit } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { AuditPage } from "./audit-page.tsx";
import { ChangeTrail } from "./change-trail.tsx";

const page = (...ids: string[]) => ({ entries: ids.map((id) => anEntry({ id })), cursor: null });
const shown = () =>
  [...document.querySelectorAll("#audit [data-entry]")].map((item) =>
    item.getAttribute("data-entry"),
  );

describe("AuditPage", () => {
  it("reads on over pages in which the filter found nothing", async () => {
    const empty = { entries: [], cursor: "c" };
    const { audit, api } = someAudit(empty, { ...page("e1"), cursor: "d" }, empty, page("e2"));
    await show(<AuditPage audit={audit} />);
    await vi.waitFor(() => expect(shown()).toEqual(["e1"]));
    await doing(() => part("audit-more").click());
    await vi.waitFor(() => expect(shown()).toEqual(["e1", "e2"]));
    expect(part("audit-more").hidden).toBe(true);
    expect(api.audit).toHaveBeenCalledTimes(4);
  });

  it("filters by what and who", async () => {
    const { audit, api } = someAudit(page("e1"));
    await show(<AuditPage audit={audit} />);
    audit.action.value = "key_created";
    audit.by.value = " ana@example.com ";
    await doing(() => part("audit-filter").click());
    await vi.waitFor(() =>
      expect(api.audit).toHaveBeenLastCalledWith(
        expect.objectContaining({ action: "key_created", by: "ana@example.com", cursor: null }),
      ),
    );
  });

  it("shows what matches the last filter, in whatever order the answers come", async () => {
    const { audit, api } = someAudit(page("e1"));
    const answers: ((answer: ReturnType<typeof page>) => void)[] = [];
    api.audit.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    await show(<AuditPage audit={audit} />);
    audit.action.value = "key_created";
    await doing(() => part("audit-filter").click());
    await doing(() => answers[1]?.(page("matches")));
    await vi.waitFor(() => expect(shown()).toEqual(["matches"]));
    await doing(() => answers[0]?.(page("any")));
    expect(shown()).toEqual(["matches"]);
  });

  it("undoes a change once it was confirmed, and says what was set back and what was not", async () => {
    const { audit, api, onUndone } = someAudit(page("e1"));
    await show(<AuditPage audit={audit} />);
    await vi.waitFor(() => expect(part<HTMLButtonElement>("audit-undo-e1").disabled).toBe(false));
    await doing(() => part("audit-undo-e1").click());
    expect(api.undo).not.toHaveBeenCalled();
    await doing(() => part("audit-undo-e1-confirm").click());
    await vi.waitFor(() => expect(part("audit-status").textContent).toContain("Set back"));
    expect(part("audit-status").textContent).toContain("left as it is: How your desk routes.");
    expect(api.undo).toHaveBeenCalledExactlyOnceWith("e1");
    expect(onUndone).toHaveBeenCalledOnce();
  });

  it("lists what an undo changes from what to what, and offers none where nothing is left to undo", async () => {
    const undo = {
      from: { "presence.bufferSeconds": 20 },
      to: { "presence.bufferSeconds": 30 },
      kept: ["routing"],
    };
    const entries = [anEntry({ id: "e2", undo: null }), anEntry({ id: "e1", undo })];
    await show(<AuditPage audit={someAudit({ entries, cursor: null }).audit} />);
    await vi.waitFor(() => expect(shown()).toEqual(["e2", "e1"]));
    expect(document.getElementById("audit-undo-e2")).toBeNull();
    await vi.waitFor(() => expect(part<HTMLButtonElement>("audit-undo-e1").disabled).toBe(false));
    await doing(() => part("audit-undo-e1").click());
    const dialog = part("audit-undo-e1-dialog").textContent;
    expect(dialog).toMatch(/\d+:00:00/);
    expect(dialog).toMatch(/Wait after a page vanished20 s →became 30 s/);
    expect(dialog).toContain("left as it is: How your desk routes.");
  });

  it("says why a change cannot be undone", async () => {
    const { audit, api } = someAudit(page("e1"));
    api.undo.mockRejectedValueOnce(new ApiProblem("not_undoable", "It was changed since."));
    await show(<AuditPage audit={audit} />);
    await vi.waitFor(() => expect(part<HTMLButtonElement>("audit-undo-e1").disabled).toBe(false));
    await doing(() => part("audit-undo-e1").click());
    await doing(() => part("audit-undo-e1-confirm").click());
    await vi.waitFor(() => expect(part("audit-status").textContent).toBe("It was changed since."));
    expect(api.audit).toHaveBeenCalledTimes(2);
  });
});

describe("ChangeTrail", () => {
  const showTrail = (audit: ReturnType<typeof someAudit>["audit"]) =>
    show(
      <ChangeTrail
        id="trail"
        audit={audit}
        action="settings_changed"
        isAbout={({ id }) => id === "e2"}
      />,
    );
  const open = () =>
    doing(() => {
      part<HTMLDetailsElement>("trail").open = true;
    });

  it("reads nothing before it is opened, and shows what it is about", async () => {
    const { audit, api } = someAudit(page("e1", "e2"));
    await showTrail(audit);
    expect(api.audit).not.toHaveBeenCalled();
    await open();
    await vi.waitFor(() => expect(part("trail").querySelectorAll("[data-entry]")).toHaveLength(1));
    expect(part("trail").textContent).toContain("ana@example.com");
  });

  it("says that it is for admins, to people who are not", async () => {
    const { audit, api } = someAudit();
    api.audit.mockRejectedValue(new ApiProblem("role_missing", "no"));
    await showTrail(audit);
    await open();
    await vi.waitFor(() => expect(part("trail").textContent).toContain("role: Admin"));
  });

  it("asks for nothing that the role does not allow, which would be a refused attempt", async () => {
    const { api, onUndone } = someAudit();
    await showTrail(createAudit(api, onUndone, () => false));
    await open();
    await vi.waitFor(() => expect(part("trail").textContent).toContain("role: Admin"));
    expect(api.audit).not.toHaveBeenCalled();
  });
});
