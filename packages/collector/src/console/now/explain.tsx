import { ruleWords } from "../model/explain.ts";
import type { Settings } from "../model/settings.ts";

/** Explains the settings that decide presence. */
export function Explain({ settings }: { settings: Settings }) {
  return (
    <details class="explain">
      <summary>How this is decided</summary>
      <ul id="rules">
        {ruleWords(settings).map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
    </details>
  );
}
