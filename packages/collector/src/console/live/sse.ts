/** One event of a Server-Sent Events stream. */
export interface StreamEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * An incremental parser for event streams. EventSource cannot send the key in a header.
 * @returns a function that takes the next chunk of text and returns the events that it completed
 */
export function createEventParser(): (chunk: string) => StreamEvent[] {
  let rest = "";
  let id = "";
  let event = "";
  let data: string[] = [];

  function parseLine(text: string): StreamEvent | null {
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

  return (chunk) => {
    rest += chunk;
    const events: StreamEvent[] = [];
    for (;;) {
      const end = rest.search(/[\r\n]/);
      // A carriage return at the very end may be the first half of a pair.
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return events;
      const text = rest.slice(0, end);
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
      const complete = parseLine(text);
      if (complete) events.push(complete);
    }
  };
}
