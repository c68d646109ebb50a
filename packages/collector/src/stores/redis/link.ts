/**
 * One connection to a server or a cluster, as the library gives it: it does not come back by itself.
 * @module
 */
import { createClient, createCluster } from "redis";
import type { RedisAddress } from "./address.ts";

export type Reply = string | number | null | readonly Reply[];

export interface Link {
  /** Sends a command to whichever node has the key. */
  send(key: string, args: readonly string[]): Promise<Reply>;
  /** Calls `listener` with each message of a channel. */
  listen(channel: string, listener: (message: string) => void): Promise<void>;
  /** Ends it at once; what is under way fails. */
  cut(): void;
}

/** Time to connect to one node, the handshake not included. */
const CONNECT_TIMEOUT_MS = 2_000;

export async function openLink(address: RedisAddress): Promise<Link> {
  return address.isCluster ? openCluster(address) : openServer(address);
}

function optionsFor({ tls, username, password }: RedisAddress) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // Replies of one shape for server and cluster.
    RESP: 2 as const,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled" as const,
    // Timed where commands are sent: the library's own gives up only on those not yet written.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: false as const,
      noDelay: true,
      ...(tls && { tls: true as const }),
    },
  };
}

async function openServer(address: RedisAddress): Promise<Link> {
  const { socket, ...options } = optionsFor(address);
  const client = createClient({
    ...options,
    database: address.database,
    socket: { ...socket, ...address.nodes[0] },
  });
  const listening: (typeof client)[] = [];
  // Without a listener an error would end the process; every command under way hears of it anyway.
  client.on("error", () => {});
  await client.connect();
  return {
    send: (_key, args) => client.sendCommand([...args]),
    async listen(channel, listener) {
      const ear = client.duplicate();
      ear.on("error", () => {});
      listening.push(ear);
      await ear.connect();
      await ear.subscribe(channel, listener);
    },
    cut() {
      for (const each of [client, ...listening]) if (each.isOpen) each.destroy();
    },
  };
}

async function openCluster(address: RedisAddress): Promise<Link> {
  const { socket, commandOptions, RESP, ...defaults } = optionsFor(address);
  const cluster = createCluster({
    RESP,
    commandOptions,
    rootNodes: address.nodes.map((node) => ({ ...defaults, socket: { ...socket, ...node } })),
    defaults: { ...defaults, socket },
  });
  cluster.on("error", () => {});
  try {
    await cluster.connect();
  } catch (error) {
    cluster.destroy();
    throw error;
  }
  return {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    async listen(channel, listener) {
      await cluster.subscribe(channel, listener);
    },
    cut() {
      cluster.destroy();
    },
  };
}
