/** One event of a Server-Sent Events stream. */
export interface StreamEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * Takes a stream apart as its text arrives, in pieces of any size. The browser's own EventSource
 * cannot send the key in a header, hence this.
 * @returns a function that is given each piece and answers with the events that it completed
 */
export function createEventParser(): (piece: string) => StreamEvent[] {
  let rest = "";
  let id = "";
  let event = "";
  let data: string[] = [];

  function line(text: string): StreamEvent | null {
    if (text === "") {
      const complete =
        data.length > 0 ? { id, event: event || "message", data: data.join("\n") } : null;
      event = "";
      data = [];
      return complete;
    }
    const colon = text.indexOf(":");
    // A line that begins with a colon is a comment: it keeps the connection alive.
    if (colon === 0) return null;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    return null;
  }

  return (piece) => {
    rest += piece;
    const events: StreamEvent[] = [];
    for (;;) {
      const end = rest.search(/[\r\n]/);
      // A carriage return at the very end may be the first half of a pair.
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return events;
      const text = rest.slice(0, end);
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
      const complete = line(text);
      if (complete) events.push(complete);
    }
  };
}
