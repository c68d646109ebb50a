import type { Settings } from "../model/settings.ts";
import { byId, element } from "./element.ts";

/** While there is nobody yet: what to do to see somebody. */
export function showFirstSteps(isEmpty: boolean, { origins = [] }: Settings): void {
  byId("first-steps").hidden = !isEmpty;
  byId("all").hidden = isEmpty;
  byId("waiting-now").hidden = isEmpty;
  const [shop] = origins;
  if (!shop) return;
  const link = element("a", { href: shop, target: "_blank", rel: "noopener" }, "Open the shop");
  byId("first-step-shop").replaceChildren(link, ": any page of a site that has the chat will do.");
}
