/** An agent, as `GET /v1/agents` lists it. */
export interface Agent {
  id: string;
  /** `null`: none was set, and the agent is never full. */
  capacity: number | null;
  /** How many conversations take a place now. */
  held: number;
  /** All that are assigned, also those that take no place. */
  sessions: string[];
}

/** How many more an agent can take; `null`: any number. */
export function freePlaces({ capacity, held }: Agent): number | null {
  return capacity === null ? null : Math.max(0, capacity - held);
}

/** What an agent's places are, in words. */
export function placesWords(agent: Agent): string {
  const { capacity, held } = agent;
  if (capacity === null) return `${held} held, no limit`;
  const over = held - capacity;
  if (over > 0) return `${held} of ${capacity} held: ${over} too many`;
  return over === 0
    ? `${held} of ${capacity} held: full`
    : `${held} of ${capacity} held, ${-over} free`;
}

/** The agent with most places free; of equal ones the one that holds least. */
export function freest(agents: readonly Agent[]): Agent | undefined {
  const free = (agent: Agent) => freePlaces(agent) ?? Number.POSITIVE_INFINITY;
  return agents
    .filter((agent) => free(agent) > 0)
    .toSorted((a, b) => free(b) - free(a) || a.held - b.held)[0];
}
