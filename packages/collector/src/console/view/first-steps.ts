import type { Settings } from "../model/settings.ts";
import { byId, element } from "./element.ts";

/**
 * The instructions for the first session, shown while there are no sessions.
 * @returns a function that shows either the instructions or the sessions
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
