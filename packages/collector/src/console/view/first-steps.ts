import type { Settings } from "../model/settings.ts";
import { byId, element } from "./element.ts";

/**
 * While there is nobody yet: what to do to see somebody.
 * @returns a function that shows either these steps or the desk
 */
export function startFirstSteps({ origins = [] }: Settings): (isEmpty: boolean) => void {
  const [shop] = origins;
  if (shop) {
    const link = element("a", { href: shop, target: "_blank", rel: "noopener" }, "Open the shop");
    byId("first-step-shop").replaceChildren(link, ", in a window beside this one.");
  }
  return (isEmpty) => {
    byId("first-steps").hidden = !isEmpty;
    byId("overview").hidden = isEmpty;
    byId("columns").hidden = isEmpty;
  };
}
