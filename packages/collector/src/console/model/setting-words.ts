/**
 * Every setting in words for the people who run the desk: a setting without words does not compile.
 * @module
 */
import type { SettingName } from "../../core/settings-schema.ts";

export interface SettingWords {
  label: string;
  /** What it does. */
  does: string;
  /** What happens if it does not fit. */
  wrong: string;
  /** The words of each value of a choice; the key of `null` is empty. */
  choices?: Readonly<Record<string, string>>;
}

/** Settings that few accounts change. */
export interface FoldedGroup {
  /** Who needs them. */
  title: string;
  names: readonly SettingName[];
}

export interface SettingGroup {
  id: string;
  title: string;
  names: readonly SettingName[];
  folded?: readonly FoldedGroup[];
}

export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    id: "read",
    title: "What is read at all",
    names: ["presence.channels", "origins", "binding"],
  },
  {
    id: "leaving",
    title: "How soon leaving is noticed",
    names: ["presence.bufferSeconds", "presence.closeBufferSeconds"],
    folded: [
      {
        title: "For sites with slow pages, or that send visitors elsewhere to pay or sign in",
        names: ["presence.navigationBufferSeconds", "presence.awayBufferSeconds"],
      },
      {
        title:
          "For the operator of the collector: how often pages report, and how long that is believed",
        names: [
          "presence.beatSeconds.waiting",
          "presence.beatSeconds.assigned",
          "presence.beatSeconds.hidden",
          "presence.beatSeconds.idle",
          "presence.leaseSeconds.visible",
          "presence.leaseSeconds.hidden",
          "presence.leaseSeconds.frozen",
        ],
      },
    ],
  },
  {
    id: "silence",
    title: "How long silence may last",
    names: [
      "inactivity.seconds",
      "inactivity.onlineHolds",
      "capacity.autoRelease.enabled",
      "capacity.autoRelease.seconds",
      "capacity.autoRelease.anchor",
      "capacity.autoRelease.setStatus",
    ],
  },
  {
    id: "desk",
    title: "What follows for the desk",
    names: [
      "routing",
      "capacity.countInactive",
      "capacity.onReturn",
      "reopenOnResponse",
      "retentionDays",
      "sessionRetentionDays",
      "traceDays",
    ],
  },
];

/** All settings of a group. */
export function namesIn({ names, folded = [] }: SettingGroup): readonly SettingName[] {
  return [...names, ...folded.flatMap((each) => each.names)];
}

export const SETTING_WORDS: Record<SettingName, SettingWords> = {
  termsAccepted: {
    label: "Terms of presence detection accepted",
    does: "Says that your account has accepted them.",
    wrong: "Presence cannot be switched on without it.",
  },
  "presence.mode": {
    label: "Presence",
    does: "Whether leaving the site decides, is only tried out, or is not read.",
    wrong: "While it is off, no visitor is seen to leave.",
    choices: { off: "Off", shadow: "Trial run", on: "On" },
  },
  "presence.channels": {
    label: "Channels with a web page",
    does: "One name a line. Only conversations of these channels can be seen to leave.",
    wrong: "A channel too many stays “Not seen yet” for good. One too few is “Cannot be seen”.",
  },
  origins: {
    label: "Sites that may report",
    does: "One address a line, as https://shop.example. https://*.shop.example stands for one level of subdomains.",
    wrong: "Pages of a site that is missing here, also with www. or another port, are refused.",
  },
  binding: {
    label: "Who may report for a conversation",
    does: "What a page must show before its reports are believed.",
    wrong:
      "With “only the id”, a person who knows a conversation’s id can keep its visitor “Here”.",
    choices: {
      token: "A signed token from your server",
      capability: "A secret of the conversation",
      open: "Only the id (for trials)",
    },
  },
  "presence.bufferSeconds": {
    label: "Wait after a page vanished",
    does: "How long the last page may be gone before its visitor counts as gone, if nothing more is known. While it has its default, the waits after a closed tab, for the next page and after another site have their own; once it is changed, those of them that are not set become equal to it.",
    wrong:
      "Too short: a slow page looks like leaving. Too long: agents take conversations of visitors who have gone.",
  },
  "presence.closeBufferSeconds": {
    label: "Wait after a tab was closed",
    does: "The same wait, where the browser knew that the tab was being closed.",
    wrong:
      "Too short: closing a tab and opening the site again looks like leaving. Too long: closed tabs stay in the queue.",
  },
  "presence.navigationBufferSeconds": {
    label: "Wait for the site’s next page",
    does: "The same wait, where another page of your site follows.",
    wrong:
      "Shorter than your slowest page on a slow phone: moving about the site looks like leaving.",
  },
  "presence.awayBufferSeconds": {
    label: "Wait after going to another site",
    does: "The same wait, where the tab goes to another site, as for a payment or a sign-in.",
    wrong:
      "Too short: a payment elsewhere looks like leaving; 180 covers most. Too long: visitors who left for another site keep their place.",
  },
  "presence.beatSeconds.waiting": {
    label: "Report while the visitor waits, every",
    does: "How often a page in front reports while its visitor waits for an agent.",
    wrong: "Long: a lost connection is noticed later. Short: more requests, and little gained.",
  },
  "presence.beatSeconds.assigned": {
    label: "Report while an agent is assigned, every",
    does: "How often a page in front reports during a conversation.",
    wrong: "Long: a lost connection is noticed later. Short: more requests, and little gained.",
  },
  "presence.beatSeconds.hidden": {
    label: "Report from the background, every",
    does: "How often a page reports that is behind another tab or window.",
    wrong:
      "Browsers let such pages run about once a minute: much shorter is not kept, and longer needs a longer belief below.",
  },
  "presence.beatSeconds.idle": {
    label: "Report while nothing waits, every",
    does: "How often a page in front reports if nothing was written yet or the ticket rests.",
    wrong: "Short: every visitor with an old conversation costs requests.",
  },
  "presence.leaseSeconds.visible": {
    label: "Believe a page in front for",
    does: "How long such a page is believed open after its last report. Empty: one and a half of its interval.",
    wrong:
      "Long: a crash is noticed that much later. It must be one and a half of the longest interval above.",
  },
  "presence.leaseSeconds.hidden": {
    label: "Believe a page in the background for",
    does: "How long such a page is believed open after its last report.",
    wrong: "Near a minute or below: visitors who look at another tab count as gone.",
  },
  "presence.leaseSeconds.frozen": {
    label: "Believe a sleeping page for",
    does: "How long a page is believed open that the browser put to sleep. Empty: 15 minutes where the browser can still report its end, else as in the background.",
    wrong:
      "Long: a phone that was put away keeps its place. Short: a look into another app counts as leaving.",
  },
  "inactivity.seconds": {
    label: "Silent for too long after",
    does: "A conversation in which the visitor wrote nothing for this long becomes inactive.",
    wrong:
      "Shorter than your agents take to answer: visitors who wait for you count as silent. Long: silent visitors hold agents up.",
  },
  "inactivity.onlineHolds": {
    label: "Being on the site stops that clock",
    does: "Whether a visitor who is “Here” can be silent for too long.",
    wrong:
      "“Always”: a forgotten tab holds its agent. “Never”: visitors who wait patiently leave the queue.",
    choices: {
      queued: "While no agent is assigned",
      never: "Never",
      always: "Always",
    },
  },
  "capacity.autoRelease.enabled": {
    label: "Conversations with an agent have a time of their own",
    does: "Silence with an agent is measured by the three settings below.",
    wrong:
      "Off: silent visitors hold their agents as long as any other. On: visitors who need long to answer are released.",
  },
  "capacity.autoRelease.seconds": {
    label: "Silent with an agent for too long after",
    does: "That time.",
    wrong: "Short: a visitor who looks for an order number is released.",
  },
  "capacity.autoRelease.anchor": {
    label: "That time begins with",
    does: "The message from which silence with an agent is counted.",
    wrong:
      "With the visitor’s message, a slow agent uses up the visitor’s time. With the agent’s, your desk must report agents’ messages.",
    choices: {
      end_user_response: "The visitor’s last message",
      agent_first_reply: "The agent’s first message after it",
    },
  },
  "capacity.autoRelease.setStatus": {
    label: "Then set the ticket to",
    does: "The status of a new or open ticket once that time has passed.",
    wrong: "“Closed” ends the conversation: a visitor who answers a minute later begins another.",
    choices: {
      "": "Leave it as it is",
      new: "New",
      open: "Open",
      pending: "Pending",
      hold: "On hold",
      solved: "Solved",
      closed: "Closed",
    },
  },
  routing: {
    label: "How your desk routes",
    does: "Decides what an inactive conversation means for queue and agents.",
    wrong: "If your desk routes otherwise, the queue here is not what your agents see.",
    choices: { messaging: "Messaging", omnichannel: "Omnichannel" },
  },
  "capacity.countInactive": {
    label: "Inactive conversations count like active ones",
    does: "With omnichannel routing they wait in the queue and occupy agents, too.",
    wrong: "On: agents are given conversations of visitors who have gone.",
  },
  "capacity.onReturn": {
    label: "A visitor comes back to an agent who is full",
    does: "What becomes of that conversation.",
    wrong:
      "Staying gives agents more than they can hold. Queueing may give the visitor another agent, and needs to know how many each can hold.",
    choices: {
      exceed: "It stays with the agent",
      requeue: "It goes back to its place in the queue",
    },
  },
  reopenOnResponse: {
    label: "A visitor’s message opens a resting ticket",
    does: "Sets a pending, on-hold or solved ticket to open.",
    wrong:
      "On where your desk does it itself, the two may contradict each other. Off where neither does: answers wake no agent.",
  },
  retentionDays: {
    label: "Keep histories for",
    does: "What happened longer ago is erased. Empty: kept as long as its conversation.",
    wrong: "Short: measurements see only so far back.",
  },
  sessionRetentionDays: {
    label: "Keep conversations for",
    does: "A conversation that ended, or of which nothing came, this long ago is erased for good. Empty: kept until you erase it.",
    wrong: "Short: a visitor who comes back begins without a history.",
  },
  traceDays: {
    label: "Keep what pages did for",
    does: "What the pages of a conversation did and when, which shows why its visitor was called gone. 0: none of it is stored.",
    wrong: "0: a verdict is shown without what led to it. Long: conversations take more space.",
  },
};
