/**
 * One connection of the client library to a server or a cluster. It does not reconnect.
 * @module
 */
import { createClient, createCluster } from "redis";
import type { RedisAddress } from "./address.ts";

export type Reply = string | number | null | readonly Reply[];

export interface Link {
  /** Sends a command to the node that holds the key. */
  send(key: string, args: readonly string[]): Promise<Reply>;
  /** Calls `listener` with each message of a channel; returns a function that ends that. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => void>;
  /** Closes it immediately; pending commands fail. */
  destroy(): void;
}

/** Time to connect to one node, excluding the handshake. */
const CONNECT_TIMEOUT_MS = 2_000;

export async function openLink(address: RedisAddress): Promise<Link> {
  return address.isCluster ? openCluster(address) : openServer(address);
}

function optionsFor({ tls, username, password }: RedisAddress) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // The same reply types from a server and a cluster.
    RESP: 2 as const,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled" as const,
    // connection.ts has its own timeout: the library's covers only commands not yet written.
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
  const subscribers: (typeof client)[] = [];
  // Without a listener an error would end the process; pending commands fail with it anyway.
  client.on("error", () => {});
  await client.connect();
  return {
    send: (_key, args) => client.sendCommand([...args]),
    async subscribe(channel, listener) {
      const subscriber = client.duplicate();
      subscriber.on("error", () => {});
      subscribers.push(subscriber);
      await subscriber.connect();
      await subscriber.subscribe(channel, listener);
      return () => subscriber.destroy();
    },
    destroy() {
      for (const each of [client, ...subscribers]) if (each.isOpen) each.destroy();
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
    async subscribe(channel, listener) {
      await cluster.subscribe(channel, listener);
      return () => void cluster.unsubscribe(channel).catch(() => {});
    },
    destroy() {
      cluster.destroy();
    },
  };
}
