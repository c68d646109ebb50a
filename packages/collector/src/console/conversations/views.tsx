import { useSignal } from "@preact/signals";
import { addressOf } from "../model/conversation-filter.ts";
import { READY_VIEWS, type SavedView } from "../model/saved-views.ts";
import type { Conversations } from "../state/conversations.ts";

/** Filters by name: those that are ready, and the person's own. */
export function Views({ conversations }: { conversations: Conversations }) {
  const name = useSignal("");
  const current = addressOf(conversations.filter.value).toString();
  const own = conversations.views.value;
  const link = (view: SavedView) => (
    <a
      href={`#/conversations${view.address === "" ? "" : `?${view.address}`}`}
      aria-current={view.address === current ? "true" : undefined}
    >
      <bdi>{view.name}</bdi>
    </a>
  );
  return (
    <nav class="views" aria-label="Views">
      <ul id="views">
        {READY_VIEWS.map((view) => (
          <li key={view.name}>{link(view)}</li>
        ))}
        {own.map((view) => (
          <li key={`own ${view.name}`} data-own={view.name}>
            {link(view)}
            <button
              type="button"
              class="quiet"
              aria-label={`Remove the view ${view.name}`}
              onClick={() => conversations.removeView(view.name)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <details>
        <summary>Save this view</summary>
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            const given = name.peek().trim();
            if (given === "") return;
            conversations.saveView(given);
            name.value = "";
          }}
        >
          <label for="view-name">Name</label>
          <input
            id="view-name"
            maxLength={60}
            value={name}
            onInput={({ currentTarget }) => {
              name.value = currentTarget.value;
            }}
          />
          <button type="submit">Save in this browser</button>
        </form>
      </details>
      <p class="problem" hidden={conversations.isViewKept.value}>
        This browser keeps nothing for the page: the view is gone when it is closed.
      </p>
    </nav>
  );
}
