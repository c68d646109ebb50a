import type { Assignment } from "../model/session.ts";

/** Where an agent is assigned whom nobody can assign here. */
export function Elsewhere({ what, assignment }: { what: string; assignment: Assignment }) {
  const { desk, url } = assignment;
  const name = desk === null ? "your help desk" : <bdi>{desk}</bdi>;
  return (
    <span class="quiet assign">
      {what} in{" "}
      {url === null ? (
        name
      ) : (
        <a href={url} target="_blank" rel="noreferrer">
          {name}
        </a>
      )}
    </span>
  );
}
