import { useSignal } from "@preact/signals";
import type { BindingMode } from "../../core/lists.ts";
import {
  bindingNote,
  SNIPPET_KINDS,
  SNIPPET_WORDS,
  type SnippetKind,
  snippet,
} from "../model/snippets.ts";
import { CopyButton } from "../ui/copy-button.tsx";

interface Props {
  collector: string;
  /** The publishable key, if it is known. */
  siteKey: string | null;
  binding: BindingMode;
}

/** The code for the site's pages, to be copied. */
export function SnippetPicker({ collector, siteKey, binding }: Props) {
  const kind = useSignal<SnippetKind>("tag");
  return (
    <section class="card" aria-labelledby="snippet-title">
      <h3 id="snippet-title">The code for your pages</h3>
      <fieldset class="row">
        <legend class="unseen">How is your site built?</legend>
        {SNIPPET_KINDS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="snippet"
              value={each}
              checked={each === kind.value}
              onChange={() => {
                kind.value = each;
              }}
            />
            {SNIPPET_WORDS[each].title}
          </label>
        ))}
      </fieldset>
      <p>{SNIPPET_WORDS[kind.value].use}</p>
      <pre id="snippet" class="code" dir="ltr">
        {snippet(kind.value, { collector, key: siteKey ?? "pk_…", binding })}
      </pre>
      <CopyButton from="snippet" label="Copy" />
      <p class="quiet">{bindingNote(kind.value, binding)}</p>
      <p class="quiet" hidden={siteKey !== null}>
        Your role does not show the account’s publishable key: an admin writes it in place of
        “pk_…”.
      </p>
    </section>
  );
}
