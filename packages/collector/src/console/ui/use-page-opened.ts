import { useEffect } from "preact/hooks";

const OWN_LINK = '.pages a[aria-current="page"]';

/** Calls `read` when the page is opened, also by the link to it while it is shown. */
export function usePageOpened(read: () => void): void {
  useEffect(() => {
    const onClick = ({ target }: Event) => {
      if (target instanceof Element && target.closest(OWN_LINK)) read();
    };
    read();
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, [read]);
}
