// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { ROLES, type Role } from "../../core/lists.ts";
import { show } from "../testing/render.ts";
import { Changes, OwnRole } from "./own-role.tsx";

/** The roles whose people are offered a change for people with `role`. */
async function offeredTo(role: Role): Promise<Role[]> {
  const offered: Role[] = [];
  for (const own of ROLES) {
    await show(
      <OwnRole.Provider value={own}>
        <Changes needs={role}>
          <button type="button">Save</button>
        </Changes>
      </OwnRole.Provider>,
    );
    if (!document.querySelector("fieldset[disabled] button")) offered.push(own);
  }
  return offered;
}

it("offers a change to people whose role includes that of the change, and to no other", async () => {
  expect(await offeredTo("operator")).toEqual(["operator", "admin"]);
  expect(await offeredTo("admin")).toEqual(["admin"]);
});
