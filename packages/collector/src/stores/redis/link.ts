/**
 * One connection of the client library to a server or a cluster. It does not reconnect.
 * @module
 */
import type { EventEmitter } from "node:events";
import { createClient, createCluster } from "redis";
import type { RedisAddress } from "./address.ts";

export type Reply = string | number | null | readonly Reply[];

/** Sends a command to one node. */
export type Send = (args: readonly string[]) => Promise<Reply>;

export interface Link {
  /** Sends a command to the node that holds the key. */
  send(key: string, args: readonly string[]): Promise<Reply>;
  /** The server, or all primaries of the cluster. */
  primaries(): readonly Send[];
  /**
   * Calls `listener` with each message of a channel; returns a function that ends that. `onLost` is called
   * once when the connection for it ends: Redis closes one whose messages are not read fast enough.
   */
  subscribe(
    channel: string,
    listener: (message: string) => void,
    onLost?: () => void,
  ): Promise<() => void>;
  /** Closes it immediately; pending commands fail. */
  destroy(): void;
}

/** @param connectMs to connect to one node, excluding the handshake */
export async function openLink(address: RedisAddress, connectMs: number): Promise<Link> {
  const options = optionsFor(address, connectMs);
  return address.isCluster ? openCluster(address, options) : openServer(address, options);
}

type Options = ReturnType<typeof optionsFor>;

function optionsFor({ tls, username, password }: RedisAddress, connectMs: number) {
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
      connectTimeout: connectMs,
      reconnectStrategy: false as const,
      noDelay: true,
      ...(tls && { tls: true as const }),
    },
  };
}

async function openServer(address: RedisAddress, all: Options): Promise<Link> {
  const { socket, ...options } = all;
  const create = () =>
    createClient({
      ...options,
      database: address.database,
      socket: { ...socket, ...address.nodes[0] },
    });
  const client = create();
  const subscribers = new Subscribers();
  // Without a listener an error would end the process; pending commands fail with it anyway.
  client.on("error", () => {});
  await client.connect();
  return {
    send: (_key, args) => client.sendCommand([...args]),
    primaries: () => [(args) => client.sendCommand([...args])],
    subscribe: (...subscription) => subscribers.add(create(), ...subscription),
    destroy() {
      if (client.isOpen) client.destroy();
      subscribers.destroy();
    },
  };
}

/** A client for messages only. */
interface Subscriber extends EventEmitter {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  destroy(): void;
}

class Subscribers {
  readonly #open = new Set<Subscriber>();

  async add(
    subscriber: Subscriber,
    channel: string,
    listener: (message: string) => void,
    onLost: () => void = () => {},
  ): Promise<() => void> {
    this.#open.add(subscriber);
    const end = () => {
      const isOpen = this.#open.delete(subscriber);
      if (subscriber.isOpen) subscriber.destroy();
      return isOpen;
    };
    let isSubscribed = false;
    const lose = () => {
      if (end() && isSubscribed) onLost();
    };
    subscriber.on("error", lose);
    subscriber.on("end", lose);
    await subscriber.connect();
    await subscriber.subscribe(channel, listener);
    isSubscribed = true;
    return end;
  }

  destroy(): void {
    for (const subscriber of this.#open) {
      this.#open.delete(subscriber);
      if (subscriber.isOpen) subscriber.destroy();
    }
  }
}

async function openCluster(address: RedisAddress, all: Options): Promise<Link> {
  const { socket, commandOptions, RESP, ...defaults } = all;
  const cluster = createCluster({
    RESP,
    commandOptions,
    rootNodes: address.nodes.map((node) => ({ ...defaults, socket: { ...socket, ...node } })),
    defaults: { ...defaults, socket },
  });
  cluster.on("error", () => {});
  const subscribers = new Subscribers();
  try {
    await cluster.connect();
  } catch (error) {
    cluster.destroy();
    throw error;
  }
  return {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    primaries: () =>
      cluster.masters.map((node) => async (args) => {
        const client = await cluster.nodeClient(node);
        return client.sendCommand([...args]);
      }),
    // The cluster's own client for messages does not say when its connection ends. Any node has them all.
    subscribe(...subscription) {
      const { masters } = cluster;
      const { host, port } = masters[Math.floor(Math.random() * masters.length)] ?? {};
      const node = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
      const subscriber = createClient({ ...defaults, RESP, socket: { ...socket, ...node } });
      return subscribers.add(subscriber, ...subscription);
    },
    destroy() {
      cluster.destroy();
      subscribers.destroy();
    },
  };
}
