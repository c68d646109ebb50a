import { useEffect } from "preact/hooks";
import { addressOf, type ConversationFilter } from "../model/conversation-filter.ts";
import { type Conversations, MAX_READ } from "../state/conversations.ts";
import { Page } from "../ui/page.tsx";
import { ConversationRows } from "./conversation-rows.tsx";
import { FilterForm } from "./filter-form.tsx";
import { Views } from "./views.tsx";

interface Props {
  conversations: Conversations;
  /** The filter in the address. */
  query: string;
  onOpen: (id: string) => void;
}

const COUNT = new Intl.NumberFormat();

/** Every conversation that the collector keeps, to be searched, filtered and sorted. */
export function ConversationsPage({ conversations, query, onOpen }: Props) {
  useEffect(() => conversations.forget, [conversations]);
  useEffect(() => conversations.show(query), [conversations, query]);
  const filter = conversations.filter.value;
  const status = conversations.status.value;
  const count = conversations.rows.value.length;

  function change(part: Partial<ConversationFilter>): void {
    const address = addressOf({ ...conversations.filter.peek(), ...part }).toString();
    // Typing does not fill the history of the browser.
    location.replace(`#/conversations${address === "" ? "" : `?${address}`}`);
  }

  return (
    <Page
      id="page-conversations"
      title="Conversations"
      lead="All that are kept, also those that are over. The address holds the filter: send it to a colleague."
    >
      <Views conversations={conversations} />
      <FilterForm filter={filter} onChange={change} />
      <div class="bar">
        <p id="conversations-status" role="status">
          {conversations.problem.value || countWords(count, status)}
        </p>
        <button
          id="conversations-again"
          type="button"
          disabled={status === "reading"}
          onClick={conversations.read}
        >
          Read again
        </button>
      </div>
      <ConversationRows
        rows={conversations.rows.value}
        filter={filter}
        onSort={(sort, isAscending) => change({ sort, isAscending })}
        onOpen={onOpen}
      />
    </Page>
  );
}

function countWords(count: number, status: Conversations["status"]["value"]): string {
  if (status === "unread" || (status === "reading" && count === 0)) return "Reading…";
  if (status === "more") {
    return `The first ${COUNT.format(MAX_READ)} of more: narrow the filter to see the others.`;
  }
  const found = `${COUNT.format(count)} ${count === 1 ? "conversation" : "conversations"}`;
  return status === "reading" ? `${found} so far…` : found;
}
