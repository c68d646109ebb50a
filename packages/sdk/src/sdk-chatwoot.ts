/**
 * The script-tag build for Chatwoot: `<script async src="…/sdk-chatwoot.js" data-key="pk_…"
 * data-prefix="support-">`. Its tag may stand before or after the widget's.
 * @module
 */
import { connectChatwoot } from "./chatwoot.ts";
import { read } from "./page.ts";

const NAME = /\/sdk-chatwoot\.js.*/;

for (const { src, dataset } of read("scripts")) {
  const { key = "", prefix = "", collector = src.replace(NAME, "") } = dataset;
  // A second copy of the tag would be a second page.
  if (!NAME.test(src) || dataset["connected"]) continue;
  dataset["connected"] = "1";
  connectChatwoot({
    collector,
    key,
    prefix,
    // Nothing else listens: without this a wrong attribute looks like a visitor who never came.
    onError: (code, cause) => console.warn("stillhere:", code, cause),
  });
  break;
}
