import { useSignal } from "@preact/signals";
import { PAGES, type PagePath } from "../state/route.ts";

/** Links to the pages. In a narrow window they are folded behind a button that names the current one. */
export function Navigation({ current }: { current: PagePath }) {
  const isOpen = useSignal(false);
  const close = () => {
    isOpen.value = false;
  };
  return (
    <nav class="pages" aria-label="Pages">
      <button
        id="pages-menu"
        type="button"
        aria-expanded={isOpen.value}
        aria-controls="pages-list"
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <span class="unseen">Menu, current page: </span>
        {PAGES.find(({ path }) => path === current)?.title ?? "Why"}
      </button>
      <ul id="pages-list">
        {PAGES.map(({ path, title }) => (
          <li key={path}>
            <a
              href={`#/${path}`}
              aria-current={path === current ? "page" : undefined}
              onClick={close}
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
