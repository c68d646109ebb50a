import type { MarkKind } from "../model/timeline/lane.ts";

/** The form of a mark around the point 0,0: each kind has its own, so that none is told by its colour. */
const SHAPES: Record<MarkKind, string> = {
  opened: "M-4,-6 L6,0 L-4,6 Z",
  changed: "M-1.5,-7 H1.5 V7 H-1.5 Z",
  left: "M-5,-5 L5,5 M5,-5 L-5,5",
  ended: "M-5,0 H5 M0,-6 V6 M-4,-4 L4,4 M4,-4 L-4,4",
  user: "M-7,-5 H7 V4 H-1 L-5,8 V4 H-7 Z",
  agent: "M-7,-5 H7 V4 H5 V8 L1,4 H-7 Z",
  assigned: "M-6,-6 H6 V6 H-6 Z",
  gone: "M-8,0 A8,8 0 1 0 8,0 A8,8 0 1 0 -8,0 M-4,-4 L4,4 M4,-4 L-4,4",
  back: "M-7,0 A7,7 0 1 0 7,0 A7,7 0 1 0 -7,0",
  state: "M0,-7 L3,0 L0,7 L-3,0 Z",
  ticket: "M0,-7 L7,0 L0,7 L-7,0 Z",
  trigger: "M2,-8 L-5,1 H-1 L-2,8 L5,-1 H1 Z",
  told: "M0,-7 L7,6 H-7 Z",
};

export function MarkShape({ kind }: { kind: MarkKind }) {
  return <path class="mark" data-mark={kind} d={SHAPES[kind]} />;
}
