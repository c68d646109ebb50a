import type { DeliveryStatus } from "../../core/lists.ts";

/** Which page of deliveries is read. */
export function deliveryQuery(status: DeliveryStatus | null, cursor: string | null) {
  return new URLSearchParams({
    limit: "20",
    ...(status && { status }),
    ...(cursor && { cursor }),
  });
}
