import { modeLink, modeWords } from "../model/explain.ts";
import type { LiveSessions } from "../state/live-sessions.ts";
import { Explain } from "./explain.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { Insights } from "./insights.tsx";
import { Queue } from "./queue.tsx";
import { Search } from "./search.tsx";
import { SessionTable } from "./session-table.tsx";
import { Summary } from "./summary.tsx";
import { Unheard } from "./unheard.tsx";

interface Props {
  live: LiveSessions;
  /** Whether the connection is lost, so that the data may be out of date. */
  isStale: boolean;
  isHidden: boolean;
  onMore: () => void;
}

/** Who waits now, and what became of the others. */
export function NowPage({ live, isStale, isHidden, onMore }: Props) {
  const { sessions, table, drawer } = live;
  const settings = live.settings.value;
  const mode = modeWords(settings);
  const isEmpty = sessions.size.value === 0;
  const isLoaded = live.isLoaded.value;
  const unread = live.unread.value;
  const isSearching = table.typed.value.trim() !== "";
  const classes = [isStale && "stale", isSearching && "searching"].filter(Boolean).join(" ");
  return (
    <main id="desk" class={classes} hidden={isHidden}>
      <p id="mode" class="notice" hidden={mode === null}>
        {mode} <a href="#/presence">{modeLink(settings)}</a>
      </p>
      <p id="not-found" class="notice" role="status" hidden={drawer.missing.value === null}>
        {drawer.missing.value !== null && (
          <>
            The conversation <bdi>{drawer.missing.value.id}</bdi> cannot be read
            {drawer.missing.value.problem === null
              ? ": it was erased, or goes on as another."
              : `. ${drawer.missing.value.problem}`}
          </>
        )}
      </p>
      <Unheard since={live.unheardSince.value} />
      <section id="overview" aria-label="Overview" hidden={!isLoaded || isEmpty}>
        <Summary sessions={sessions} table={table} unread={unread} />
        <Search table={table} />
      </section>
      <FirstSteps isHidden={!isLoaded || !isEmpty} settings={settings} />
      <div id="columns" class="columns" hidden={!isLoaded || isEmpty}>
        {/* Out of sight they would be rendered at each change all the same. */}
        {!isHidden && (
          <>
            <Queue
              queued={live.queued}
              direct={live.direct}
              sessions={sessions}
              onOpen={drawer.open}
            />
            <SessionTable
              sessions={sessions}
              table={table}
              hasMore={unread.length > 0}
              onMore={onMore}
              onOpen={drawer.open}
            />
          </>
        )}
      </div>
      <Insights api={live.api} verdicts={live.verdicts} mode={settings.presence?.mode ?? "off"} />
      <Explain settings={settings} />
    </main>
  );
}
