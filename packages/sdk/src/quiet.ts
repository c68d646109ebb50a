/**
 * The boundary to the page: nothing that fails here is thrown into it.
 * @module
 */

/**
 * Runs a step and drops what it throws or rejects with, which can only come from a function of the
 * browser that another script has replaced. The step itself runs synchronously up to its first
 * `await`: a page that is being left has no later.
 */
export const quietly = async (step: () => unknown): Promise<void> => {
  try {
    await step();
  } catch {}
};
