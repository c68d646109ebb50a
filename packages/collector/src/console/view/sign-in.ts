import { byId } from "./element.ts";

/** Asks for the key until one is given that opens; `trouble` says why it asks (again). */
export function askForKey(trouble: string | null): Promise<string> {
  const section = byId("sign-in");
  const form = byId<HTMLFormElement>("sign-in-form");
  const input = byId<HTMLInputElement>("key");
  const why = byId("sign-in-trouble");
  section.hidden = false;
  why.textContent = trouble ?? "";
  input.toggleAttribute("aria-invalid", trouble !== null);
  input.focus();
  return new Promise((given) => {
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        section.hidden = true;
        const key = input.value.trim();
        input.value = "";
        given(key);
      },
      { once: true },
    );
  });
}
