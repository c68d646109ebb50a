/**
 * Deletes what is stored of a session besides itself, because it is erased: what help desks reported and were told
 * of its conversations, and what dry runs would have written.
 * @module
 */
import type { Session } from "../core/session.ts";
import type { SessionKey } from "../stores/store.ts";
import { type Conversations, channelName, nameOf } from "./conversations.ts";
import type { Desks } from "./desks.ts";
import type { DryRuns } from "./dry-run.ts";

export class ForgetSession {
  readonly #desks: Desks;
  readonly #conversations: Conversations;
  readonly #dryRuns: DryRuns;

  constructor(desks: Desks, conversations: Conversations, dryRuns: DryRuns) {
    this.#desks = desks;
    this.#conversations = conversations;
    this.#dryRuns = dryRuns;
  }

  readonly forget = async (key: SessionKey, session: Session): Promise<void> => {
    const { account, id } = key;
    const { links } = session;
    const names = links.map((link) =>
      nameOf({ account, id: link.desk }, session, link.conversation),
    );
    for (const name of [channelName(key, session), ...names]) {
      await this.#conversations.forget(name);
    }
    for (const desk of links.length > 0 ? await this.#desks.list(account) : []) {
      if (links.some((link) => link.desk === desk.id)) await this.#dryRuns.forget(desk, id);
    }
  };
}
