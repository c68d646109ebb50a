/**
 * The script-tag build for Zendesk's messaging: `<script async src="…/sdk-zendesk.js" data-key="pk_…">`. Its tag may
 * stand before or after the widget's.
 * @module
 */
import { read } from "./page.ts";
import { connectZendesk } from "./zendesk.ts";

const NAME = /\/sdk-zendesk\.js.*/;

for (const { src, dataset } of read("scripts")) {
  const { key = "", prefix = "", collector = src.replace(NAME, "") } = dataset;
  // A second copy of the tag would be a second page.
  if (!NAME.test(src) || dataset["connected"]) continue;
  dataset["connected"] = "1";
  connectZendesk({
    collector,
    key,
    prefix,
    // Nothing else listens: without this a wrong attribute looks like a visitor who never came.
    onError: (code, cause) => console.warn("stillhere:", code, cause),
  });
  break;
}
