/**
 * Sessions as the API shows them: with where their agent is assigned, which only the account's desks say.
 * @module
 */
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { addressOf, findAssigners } from "../desks/assignment.ts";
import type { DeskContext } from "./context.ts";
import { viewSession } from "./views.ts";

type Viewed = { readonly session: Session; readonly shadow: Session | null };

/** A view of some sessions of an account; its desks are read once for all of them. */
export async function createSessionViewer(
  { desks }: Pick<DeskContext, "desks">,
  account: string,
  settings: Settings,
  sessions: readonly Session[],
) {
  const isTelling = settings.presence.mode === "on";
  const assignerOf = await findAssigners(desks, account, sessions, isTelling);
  return ({ session, shadow }: Viewed) => {
    const assigner = assignerOf(session);
    const desk = assigner.link?.desk ?? null;
    const assignment = { by: assigner.by, desk, url: addressOf(desks, assigner) };
    return { ...viewSession(session, settings, shadow), assignment };
  };
}

/** One session. */
export async function viewOne(
  context: Pick<DeskContext, "desks">,
  account: string,
  settings: Settings,
  viewed: Viewed,
) {
  const view = await createSessionViewer(context, account, settings, [viewed.session]);
  return view(viewed);
}
