import { byId, setText } from "./element.ts";

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Warns that no visitor's page can reach the collector; `null` removes the warning. */
export function showUnheard(since: string | null): void {
  const notice = byId("unheard");
  notice.hidden = since === null;
  if (since === null) return;
  const time = TIME.format(new Date(since));
  setText(
    notice,
    `No visitor’s page has been heard since ${time}. Nobody is called gone until one is heard again, for ten minutes at most. If that is not a coincidence, the way to the collector is down: check the balancer, DNS, the certificate and the firewall.`,
  );
}
