import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  id: string;
  title: string;
  /** What the page is for, in one sentence. */
  lead: string;
  children: ComponentChildren;
}

/** A page other than that of visitors. Its heading gets the focus, so that its name is read out. */
export function Page({ id, title, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main id={id} class="page">
      <h2 ref={heading} tabIndex={-1} class="page-title">
        {title}
      </h2>
      <p class="quiet">{lead}</p>
      {children}
    </main>
  );
}
