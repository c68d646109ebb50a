/**
 * Positions of sessions in order, as {@link SortedList} has values, in a quarter of the memory: times and
 * ids are in lists of their own, and no position is an object.
 * @module
 */
import { compare, type ListPosition } from "../list.ts";
import { firstIndex } from "./sorted-list.ts";

const MAX_CHUNK = 512;

interface Chunk {
  readonly ats: number[];
  readonly ids: string[];
}

export class PositionList {
  readonly #chunks: Chunk[] = [{ ats: [], ids: [] }];

  add(position: ListPosition): void {
    const { index, chunk, at } = this.#find(position);
    chunk.ats.splice(at, 0, position.at);
    chunk.ids.splice(at, 0, position.id);
    if (chunk.ids.length <= MAX_CHUNK) return;
    // Copies, since an array keeps the space that it has grown by.
    const part = (from: number, end?: number): Chunk => ({
      ats: chunk.ats.slice(from, end),
      ids: chunk.ids.slice(from, end),
    });
    this.#chunks.splice(index, 1, part(0, MAX_CHUNK / 2), part(MAX_CHUNK / 2));
  }

  /** Removes the position, if it is there. */
  delete(position: ListPosition): void {
    const { index, chunk, at } = this.#find(position);
    if (at === chunk.ids.length || compareAt(chunk, at, position) !== 0) return;
    chunk.ats.splice(at, 1);
    chunk.ids.splice(at, 1);
    if (chunk.ids.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1);
  }

  /** The positions after one, which need not be in the list, or from the first on. */
  *after(position: ListPosition | null): Generator<ListPosition> {
    let { index, at } = position === null ? { index: 0, at: 0 } : this.#find(position);
    for (; index < this.#chunks.length; index += 1, at = 0) {
      const chunk = this.#chunks[index] as Chunk;
      for (; at < chunk.ids.length; at += 1) {
        if (position && compareAt(chunk, at, position) <= 0) continue;
        yield { at: chunk.ats[at] as number, id: chunk.ids[at] as string };
      }
    }
  }

  /** Where the first position is that does not come before this one. */
  #find(position: ListPosition): { index: number; chunk: Chunk; at: number } {
    const index = firstIndex(this.#chunks.length - 1, (each) => {
      const { ids } = this.#chunks[each] as Chunk;
      return compareAt(this.#chunks[each] as Chunk, ids.length - 1, position) >= 0;
    });
    const chunk = this.#chunks[index] as Chunk;
    const at = firstIndex(chunk.ids.length, (each) => compareAt(chunk, each, position) >= 0);
    return { index, chunk, at };
  }
}

/** As `comparePositions`, of a position in a chunk and another one. */
function compareAt({ ats, ids }: Chunk, index: number, { at, id }: ListPosition): number {
  return (ats[index] as number) - at || compare(ids[index] as string, id);
}
