import type { Settings } from "../model/settings.ts";
import { byId, element } from "./element.ts";

/** While there is nobody yet: what to do to see somebody. */
export function showFirstSteps(isEmpty: boolean, { origins = [] }: Settings): void {
  byId("first-steps").hidden = !isEmpty;
  byId("overview").hidden = isEmpty;
  byId("columns").hidden = isEmpty;
  const [shop] = origins;
  if (!shop) return;
  const link = element("a", { href: shop, target: "_blank", rel: "noopener" }, "Open the shop");
  byId("first-step-shop").replaceChildren(link, ", in a tab or window beside this one.");
}
