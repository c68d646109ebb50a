import { byId } from "./element.ts";

/** Shows the sign-in form and resolves with the key; `error` is why the last key was refused. */
export function askForKey(error: string | null): Promise<string> {
  const section = byId("sign-in");
  const form = byId<HTMLFormElement>("sign-in-form");
  const input = byId<HTMLInputElement>("key");
  const message = byId("sign-in-error");
  section.hidden = false;
  message.textContent = error ?? "";
  input.toggleAttribute("aria-invalid", error !== null);
  input.focus();
  return new Promise((resolve) => {
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        section.hidden = true;
        const key = input.value.trim();
        input.value = "";
        resolve(key);
      },
      { once: true },
    );
  });
}
