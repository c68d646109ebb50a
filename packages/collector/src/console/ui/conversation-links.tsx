import { conversationHref } from "../state/route.ts";

/** Longer lists are cut off. */
const MAX_SHOWN = 10;

interface Props {
  ids: readonly string[];
  /** What to call a conversation; its id if this is missing. */
  nameOf?: (id: string) => string;
}

/** Links that open the details of conversations. */
export function ConversationLinks({ ids, nameOf = (id) => id }: Props) {
  const rest = ids.length - MAX_SHOWN;
  return (
    <span class="conversations">
      {ids.slice(0, MAX_SHOWN).map((id) => (
        <a key={id} href={conversationHref(id)}>
          <bdi>{nameOf(id)}</bdi>
        </a>
      ))}
      {rest > 0 && <span>and {rest} more</span>}
    </span>
  );
}
