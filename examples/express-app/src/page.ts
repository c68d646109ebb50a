/** A page of the site: the SDK comes from the collector, which is part of the same server. */
export function renderPage(publishableKey: string, token: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Shop</title>
<script async src="/presence/sdk.js" data-key="${publishableKey}" data-session="conv_1" data-token="${token}"></script>
<h1>Shop</h1>
<p>This visitor waits. Close the tab, and <a href="/presence/console">the console</a> shows it.</p>
</html>`;
}
