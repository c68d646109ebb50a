import { type Attempt, attemptWords } from "../model/attempt.ts";

interface Props {
  /** `null`: they are not known. */
  attempts: readonly Attempt[] | null;
  onRead: () => void;
}

/** What was refused lately, and what to do about it. */
export function Attempts({ attempts, onRead }: Props) {
  return (
    <section class="card" aria-labelledby="attempts-title">
      <h3 id="attempts-title">Refused lately</h3>
      <ul id="attempts" class="terms">
        {(attempts ?? []).map((attempt) => (
          <li key={`${attempt.code} ${attempt.origin}`}>{attemptWords(attempt)}</li>
        ))}
      </ul>
      <p class="quiet" hidden={attempts === null || attempts.length > 0}>
        Nothing was refused since this collector started.
      </p>
      <div class="buttons">
        <button id="read-attempts" type="button" onClick={onRead}>
          Read again
        </button>
      </div>
    </section>
  );
}
