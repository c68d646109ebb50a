/**
 * The channel of a ticket, as its events tell it (`via.channel`).
 * https://developer.zendesk.com/documentation/ticketing/reference-guides/via-types/
 * @module
 */
import type { Fact } from "../fact.ts";
import { textAt, timeAt } from "../read.ts";

/** Tickets that came so are no conversations. */
const NO_MESSAGING: ReadonlySet<string> = new Set([
  ...["email", "mail", "web", "web_form", "web_service", "api", "help_center", "sample_ticket"],
  ...["voice", "phone", "phone_call_inbound", "phone_call_outbound", "voicemail"],
]);
/** Parts of the names of channels without a page of ours, such as `twilio_sms`. */
const MESSENGERS: ReadonlySet<string> = new Set([
  ...["whatsapp", "facebook", "messenger", "instagram", "twitter", "line", "wechat", "viber"],
  ...["telegram", "sms", "mailgun", "apple", "google", "kakaotalk"],
]);

/**
 * The name that Sunshine Conversations' messages give it, where both have one. `undefined`: the web widget, or a
 * channel that says nothing of it; `native_messaging` is the widget on the web and in apps.
 */
export function channelOf(detail: unknown): string | undefined {
  const via = viaOf(detail)?.replace(/^sunshine_conversations_/, "");
  const isOther = via?.split("_").some((part) => MESSENGERS.has(part));
  return isOther ? `sunco_${via}`.slice(0, 64) : undefined;
}

/** @param changedAt of the event, where the ticket has no time of its own */
export function channelFactsOf(detail: unknown, ticket: string, changedAt: number): Fact[] {
  const channel = channelOf(detail);
  if (channel !== undefined) {
    const at = timeAt(detail, "created_at") ?? changedAt;
    const event = { type: "channel", channel } as const;
    return [{ id: null, at, kind: "event", ref: { ticket }, event }];
  }
  const isElsewhere = NO_MESSAGING.has(viaOf(detail) ?? "");
  return isElsewhere ? [{ id: null, at: changedAt, kind: "elsewhere", ticket }] : [];
}

function viaOf(detail: unknown): string | undefined {
  return textAt(detail, "via", "channel")?.toLowerCase();
}
