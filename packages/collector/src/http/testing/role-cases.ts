/**
 * Each route that requires a role, and what a key with a role is answered there: the same for every
 * platform.
 */
import { ROLES, type Role } from "../../core/lists.ts";
import { ROUTE_ROLES } from "../roles.ts";

export const SECURED_ROUTES: readonly (readonly [string, Role])[] = Object.entries(
  ROUTE_ROLES,
).flatMap(([route, role]) => (role === "none" ? [] : [[route, role] as const]));

/** A request that is refused for its content where the role allows it, or names nothing that exists. */
export function requestOf(route: string, key: string) {
  const [method = "", path = ""] = route.split(" ");
  return {
    path: path.replaceAll(/:\w+/g, "unknown"),
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    ...(method !== "GET" && { body: "[]" }),
  };
}

/** `refused`: for its role. */
export function expectedVerdict(role: Role, required: Role): "allowed" | "refused" {
  return ROLES.indexOf(role) >= ROLES.indexOf(required) ? "allowed" : "refused";
}

interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { cancel(): Promise<void> } | null;
  json(): Promise<unknown>;
}

export async function verdictOf(answer: Answer): Promise<string> {
  // A stream never ends.
  if (answer.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    await answer.body?.cancel();
    return "allowed";
  }
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
  if (answer.status === 403 && code === "role_missing") return "refused";
  return answer.status === 401 || answer.status === 403 ? `${answer.status} ${code}` : "allowed";
}
