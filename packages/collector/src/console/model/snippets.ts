/**
 * The code that connects a site's pages, for each way in which sites are built.
 * @module
 */
import type { BindingMode } from "../../core/lists.ts";

export const SNIPPET_KINDS = ["tag", "module", "manager", "wordpress"] as const;
export type SnippetKind = (typeof SNIPPET_KINDS)[number];

export interface SnippetWords {
  title: string;
  /** What to do with the code. */
  use: string;
}

export const SNIPPET_WORDS: Record<SnippetKind, SnippetWords> = {
  tag: {
    title: "Script tag",
    use: "Put it into every page that a visitor may have open while waiting, and write the conversation’s id in place of conv_1.",
  },
  module: {
    title: "Module",
    use: "Install @stillhere/sdk from npm, and call this in the browser once the conversation’s id is known.",
  },
  manager: {
    title: "Tag manager",
    use: "Make it a tag of custom HTML that fires on every page, with a variable for the conversation’s id.",
  },
  wordpress: {
    title: "WordPress",
    use: "For the person who looks after the site: put it into the file functions.php of the theme. stillhere_session() must return the id of this visitor’s conversation, or an empty text.",
  },
};

/** What the page presents with each report, and what your server must do for it. */
export function bindingNote(kind: SnippetKind, binding: BindingMode): string {
  switch (binding) {
    case "token": {
      const address = kind === "wordpress" ? WORDPRESS_TOKEN : TOKEN_ADDRESS;
      return `${address} stands for an address of your own server, which your developer has to add. It returns a token: a signed text that proves which conversation this visitor has, and nothing else. The server knows that by its login.`;
    }
    case "capability":
      return "SECRET stands for the secret that this conversation’s messages carry. The page gets it from your chat.";
    case "open":
      return "Nothing is asked for: anyone who knows a conversation’s id can report for it. Use it for trials only.";
  }
}

const TOKEN_ADDRESS = "/presence-token";
/** Below the address of WordPress's own API. */
const WORDPRESS_TOKEN = "stillhere/v1/token";

interface Site {
  /** The collector's address, without a slash at the end. */
  collector: string;
  /** The publishable key. */
  key: string;
  binding: BindingMode;
}

/** The code to copy. */
export function snippet(kind: SnippetKind, site: Site): string {
  switch (kind) {
    case "tag":
      return scriptTag(site, "conv_1", TOKEN_ADDRESS);
    case "module":
      return `import { connect } from "@stillhere/sdk";

${connectCall(site, '"conv_1"', "")}`;
    case "manager":
      return `<script>
  (window.stillhere = window.stillhere || []).push(function (sdk) {
${connectCall(site, '"{{Conversation ID}}"', "    ").replace("connect(", "sdk.connect(")}
  });
</script>
<script async src="${site.collector}/sdk.js"></script>`;
    case "wordpress":
      return `add_action('wp_footer', function () {
    $session = stillhere_session();
    if ($session === '') return;
?>
${scriptTag(site, "<?php echo esc_attr($session); ?>", `<?php echo esc_url(rest_url('${WORDPRESS_TOKEN}')); ?>`)}
<?php
});`;
  }
}

function scriptTag({ collector, key, binding }: Site, session: string, tokenUrl: string): string {
  const token = {
    token: `\n        data-token-url="${tokenUrl}"`,
    capability: '\n        data-token="SECRET"',
    open: "",
  }[binding];
  return `<script async src="${collector}/sdk.js"
        data-key="${key}" data-session="${session}"${token}></script>`;
}

function connectCall({ collector, key, binding }: Site, session: string, indent: string): string {
  const token = {
    token: `\n  token: () => fetch("${TOKEN_ADDRESS}").then((response) => response.text()),`,
    capability: '\n  token: "SECRET",',
    open: "",
  }[binding];
  const call = `connect({
  collector: "${collector}",
  key: "${key}",
  session: ${session},${token}
});`;
  return call.replaceAll(/^/gm, indent);
}
