import { useEffect } from "preact/hooks";
import type { Agents } from "../state/agents.ts";

/** Takes the last assignment or release back, also by Ctrl and Z where no text is being edited. */
export function Undo({ agents }: { agents: Agents }) {
  const undoable = agents.undoable.value;
  useEffect(() => {
    if (undoable === null) return;
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
      const isText = event.target instanceof Element && event.target.matches("input, textarea");
      if (!isUndo || isText) return;
      event.preventDefault();
      void agents.undo();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [undoable, agents]);
  if (undoable === null) return null;
  return (
    <button
      id="agents-undo"
      type="button"
      aria-keyshortcuts="Control+Z"
      title={`${undoable.words} (Ctrl+Z)`}
      disabled={agents.isBusy.value}
      onClick={() => void agents.undo()}
    >
      Undo
    </button>
  );
}
