import { render } from "preact";
import { isLink } from "./live/fragment.ts";
import { Console } from "./shell/console.tsx";
import { createApp } from "./state/app.ts";
import { followAddress } from "./state/route.ts";
import { startCounting } from "./ui/since.tsx";

/** Relative to this script's folder, so that it also works under a path. */
const BASE = new URL("../", import.meta.url);

// A link may also be opened while this page is open.
addEventListener("hashchange", () => {
  if (isLink(location.hash)) location.reload();
});

const app = createApp(BASE);
const root = document.getElementById("app");
if (root) render(<Console app={app} address={followAddress()} />, root);
startCounting();
app.start();
