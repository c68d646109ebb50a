/**
 * The names that generated calls use: few, so that calls meet.
 * @module
 */
type Names = readonly [string, ...string[]];

export const SESSIONS: Names = [
  "conv_1",
  ...["conv_2", "conv_3", "conv_4", "conv_5", "conv_6", "conv_7", "conv_8"],
  ...["a.b", "A.B", "a:b", "x@y", "-", "zz"],
];
export const PAGES: Names = ["p1", "p2"];
export const USERS: Names = [
  ...(["ann", "Änne", "user@example.com", "z 1", "Ann"] as const),
  ...['a"b\\c', "100%", "🙂", "ｗｉｄｅ", "two\nlines", "\u0001"],
];
export const AGENTS: Names = ["agent_1", "agent_2", "Ágnes", "a b", "agent@x", "ｗ", "🙂"];
export const GROUPS: Names = ["support", "sales", "Büro", "a%b c", "🙂"];
export const TAGS: Names = ["vip", "abandoned_conversation", "Straße", "x y", "100%", "🙂"];
export const TICKETS: Names = ["1", "2", "3", "4711", "T-1"];
export const DESKS: Names = ["chatwoot", "zendesk"];
export const EVENT_IDS: Names = ["e1", "e2", "e3"];
export const KEYS: Names = ["reader", "desk", "other"];

/** The secret that a page attaches to its message, with the binding `capability`. */
export function secretOf(session: string): string {
  return `secret-of-${session}-0123456789abcdef`;
}
