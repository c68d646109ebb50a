/** Zendesk sends nothing while its circuit breaker is open: what an agent did then is noticed by the next write. */
import { expect, it } from "vitest";
import { Deployment, START } from "../../suite/desk/deployment.ts";
import { zendeskFixture } from "./testing/fixture.ts";

const HASH = "0".repeat(64);
const AUTHORIZATION = `Basic ${btoa("bot@shop.example/token:a_token_of_an_admin")}`;

/** The conversation has begun, its page is open, and the ticket's field says so. */
async function begin(): Promise<Deployment> {
  const deployment = await Deployment.create(zendeskFixture);
  await deployment.receive(...zendeskFixture.changes(START));
  await deployment.open();
  await deployment.deliver();
  expect(deployment.api.presence()).toBe("online");
  return deployment;
}

/** An agent changes the ticket, and no event of it comes. */
async function change(deployment: Deployment, ticket: object): Promise<void> {
  const path = "/api/v2/tickets/141.json";
  const headers = { authorization: AUTHORIZATION };
  const answer = await deployment.api.answer({ method: "PUT", path, headers, body: { ticket } });
  expect(answer.status).toBe(200);
}

it("what was done to a ticket without an event is noticed, without the tags of this product", async () => {
  const deployment = await begin();
  const tags = ["visitor_online", `stillhere_${HASH}`, "refund"];
  await change(deployment, { status: "pending", priority: "urgent", assignee_id: 77, tags });
  await deployment.leave();
  await deployment.deliver();
  expect(deployment.api.presence()).toBe("offline");
  expect(await deployment.session()).toMatchObject({
    ticket: { status: "pending", priority: "urgent", tags: ["refund"] },
    assignee: "77",
  });
});

it("a ticket that is not understood says nothing", async () => {
  const deployment = await begin();
  const before = await deployment.session();
  deployment.failure = { status: 200, body: { ticket: { id: 141, status: "solved" } } };
  await deployment.leave();
  await deployment.deliver();
  expect(await deployment.session()).toEqual(before);
});
