import { useEffect, useRef } from "preact/hooks";
import { factWords } from "../model/timeline/fact-words.ts";
import type { Timeline } from "../model/timeline/timeline.ts";
import type { Times } from "../model/timeline/times.ts";

interface Props {
  timeline: Timeline;
  times: Times;
  selected: number;
  onSelect: (index: number) => void;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** Every fact in words, oldest first. Arrow keys move through it, so that it is one stop of Tab. */
export function FactList({ timeline, times, selected, onSelect }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const { facts, decisive } = timeline;

  useEffect(() => {
    const isInside = list.current?.contains(document.activeElement);
    if (isInside) list.current?.querySelector<HTMLElement>("[aria-current]")?.focus();
  }, [selected]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const last = facts.length - 1;
    const target = event.key === "Home" ? 0 : event.key === "End" ? last : selected + (step ?? 0);
    if (target === selected || target < 0 || target > last) return;
    event.preventDefault();
    onSelect(target);
  }

  return (
    <ol id="why-facts" ref={list} class="facts" onKeyDown={onKeyDown}>
      {facts.map((fact, index) => {
        const day = times.day(fact.time);
        const before = facts[index - 1];
        const isNewDay = day !== (before ? times.day(before.time) : "");
        return (
          <li key={index}>
            <button
              type="button"
              tabIndex={index === selected ? 0 : -1}
              aria-current={index === selected ? "true" : undefined}
              onClick={() => onSelect(index)}
            >
              <time dateTime={fact.at}>
                {isNewDay && <b>{day || "Today"}</b>}
                {times.clock(fact.time)}
              </time>
              <span class={decisive.has(index) ? "decisive" : undefined}>
                {factWords(fact, timeline)}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
