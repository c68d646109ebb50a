/**
 * The script-tag build for Sunshine Conversations: `<script async src="…/sdk-sunco.js" data-key="pk_…">`. Its tag
 * may stand before or after the messenger's.
 * @module
 */
import { read } from "./page.ts";
import { connectSunco } from "./sunco.ts";

const NAME = /\/sdk-sunco\.js.*/;

for (const { src, dataset } of read("scripts")) {
  const { key = "", prefix = "", collector = src.replace(NAME, "") } = dataset;
  // A second copy of the tag would be a second page.
  if (!NAME.test(src) || dataset["connected"]) continue;
  dataset["connected"] = "1";
  connectSunco({
    collector,
    key,
    prefix,
    // Nothing else listens: without this a wrong attribute looks like a visitor who never came.
    onError: (code, cause) => console.warn("stillhere:", code, cause),
  });
  break;
}
