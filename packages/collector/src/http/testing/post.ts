import type { DeskRequest } from "../../desks/exchange.ts";
import { type Post, PostError } from "../../webhooks/post.ts";

/** Reaches no receiver. */
export const postNothing: Post = async () => {
  throw new PostError("unreachable");
};

/** Reaches no desk. */
export const requestNothing: DeskRequest = async () => {
  throw new PostError("unreachable");
};
