/** The instructions for the first session, shown while there are no sessions. */
export function FirstSteps({ isHidden, shop }: { isHidden: boolean; shop: string | undefined }) {
  return (
    <section id="first-steps" class="first-steps" hidden={isHidden}>
      <h2>Nobody has come by yet</h2>
      <p class="quiet">Be the first visitor yourself, and keep this page in sight:</p>
      <ol>
        <li>
          <span id="first-step-shop">
            {shop ? (
              <>
                <a href={shop} target="_blank" rel="noopener">
                  Open the shop
                </a>
                , in a window beside this one.
              </>
            ) : (
              "Open the shop, or any site that has the chat."
            )}
          </span>
        </li>
        <li>Write something in its chat. You appear here at once.</li>
        <li>Close the shop’s tab. A few seconds later you are gone from the queue.</li>
        <li>Open it again. You are back in your old place.</li>
      </ol>
    </section>
  );
}
