import { type Post, PostError } from "../../webhooks/post.ts";

/** Reaches no receiver. */
export const postNothing: Post = async () => {
  throw new PostError("unreachable");
};
