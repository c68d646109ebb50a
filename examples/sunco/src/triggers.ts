/** What the webhook is subscribed to, as docs/desks.md has it. */
export const TRIGGERS = [
  "conversation:create",
  "conversation:message",
  "conversation:postback",
  "conversation:typing",
  "conversation:read",
  "conversation:remove",
  "switchboard:passControl",
  "switchboard:releaseControl",
  "user:merge",
  "user:remove",
];
