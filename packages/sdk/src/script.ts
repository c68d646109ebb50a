import { connect } from "./connect.ts";

const tag = document.currentScript as HTMLScriptElement | null;
const { key, session, token, collector } = tag?.dataset ?? {};
Object.assign(window, { stillhere: { connect } });
if (tag && key && session) {
  connect({
    collector: collector ?? new URL(tag.src).origin,
    key,
    session,
    ...(token && { token }),
  });
}
