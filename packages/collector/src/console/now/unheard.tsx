const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Warns that no visitor's page can reach the collector; `null` removes the warning. */
export function Unheard({ since }: { since: string | null }) {
  return (
    <p id="unheard" class="notice" role="status" hidden={since === null}>
      {since !== null &&
        `Many visitors’ pages have not been heard since ${TIME.format(new Date(since))}. None of them is called gone until a page is heard again, for ten minutes at most. If that is not a coincidence, the way to the collector is down: check the balancer, DNS, the certificate and the firewall.`}
    </p>
  );
}
