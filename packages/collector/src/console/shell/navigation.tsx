import { PAGES, type PagePath } from "../state/route.ts";

/** Links to the pages. */
export function Navigation({ current }: { current: PagePath }) {
  return (
    <nav class="pages" aria-label="Pages">
      <ul>
        {PAGES.map(({ path, title }) => (
          <li key={path}>
            <a href={`#/${path}`} aria-current={path === current ? "page" : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
