const ERROR_WORDS: Readonly<Record<string, string>> = {
  timeout: "it did not answer within 15 seconds",
  target_refused: "its address is of a private network, which is refused",
  name_unknown: "no server has the name in its address; check the address for a typing mistake",
  connection_refused: "it refused the connection",
  connection_lost: "it closed the connection",
  unreachable: "it cannot be reached",
  tls: "its certificate is not valid",
};

/** Why a receiver did not answer; an error that has no words is named. */
export function errorWords(error: string | null): string {
  return ERROR_WORDS[error ?? ""] ?? error ?? "the reason is unknown";
}
