/**
 * What the record of a session says about its entries in the indexes of lists, so that a script can move
 * them without decoding the session:
 *
 *     CHANGED,TERMS[,QUEUED,WAITING]
 *
 * `CHANGED` and `QUEUED` are times in base 36. `TERMS` has five letters for each term: the bucket, which is
 * a field of the hash `terms`, and a digest. `WAITING` is `q` or `d` and the
 * name of the group. Records from before there were these indexes have none of it. Those of layout 2 have `;`
 * for each comma and six letters for a term.
 * @module
 */
import { hash } from "node:crypto";
import { termsOf } from "../list.ts";
import type { Write } from "../store.ts";
import { encodeName } from "./keys.ts";

/** Buckets of terms in a partition: with a million sessions about 240 terms are in each, in 4 kB. */
const BUCKETS = 128;
const BUCKET_LENGTH = 2;
/** Base64: 18 bits. With those of the bucket, one look-up in ten among a million sessions finds another too. */
const DIGEST_LENGTH = 3;
const SEPARATOR = ",";

/** A term's bucket and digest. */
export function termCode(term: string): { readonly bucket: string; readonly digest: string } {
  const digest = hash("sha256", term, "buffer");
  const bucket = digest.readUInt16BE(0) % BUCKETS;
  return {
    bucket: bucket.toString(36).padStart(BUCKET_LENGTH, "0"),
    digest: digest.toString("base64url", 2).slice(0, DIGEST_LENGTH),
  };
}

export function encodeIndexEntries({ session, columns }: Write): string {
  const codes = termsOf(session).map(termCode);
  const terms = codes.map(({ bucket, digest }) => bucket + digest).join("");
  const parts = [session.changedAt.toString(36), terms];
  if (columns.queue !== "none") {
    const group = columns.group === null ? "" : encodeName(columns.group);
    parts.push((columns.queuedAt ?? 0).toString(36), columns.queue.charAt(0) + group);
  }
  return parts.join(SEPARATOR);
}

/** Whether the record was written with its entries in the indexes as they are now. */
export function isIndexed(record: string): boolean {
  return record.slice(0, record.indexOf("\n")).includes(SEPARATOR);
}
