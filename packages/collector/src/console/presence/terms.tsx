import { TERMS } from "../model/mode-words.ts";

/** The terms of presence detection, with a box to accept them. */
export function Terms({
  isAgreed,
  onAgree,
}: {
  isAgreed: boolean;
  onAgree: (is: boolean) => void;
}) {
  return (
    <section id="terms" class="card" aria-labelledby="terms-title">
      <h3 id="terms-title">The terms</h3>
      <ul class="terms">
        {TERMS.map((term) => (
          <li key={term}>{term}</li>
        ))}
      </ul>
      <div class="choice">
        <input
          id="agree"
          type="checkbox"
          checked={isAgreed}
          onChange={({ currentTarget }) => onAgree(currentTarget.checked)}
        />
        <label for="agree">I accept these terms for this account</label>
      </div>
    </section>
  );
}
