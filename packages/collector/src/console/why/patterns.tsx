/** What spans are filled with where a colour alone would tell them apart. */
export function Patterns() {
  return (
    <defs>
      <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse">
        <path class="hatch" d="M-2,2 L2,-2 M0,7 L7,0 M5,9 L9,5" />
      </pattern>
      <pattern id="hatch-buffer" width="7" height="7" patternUnits="userSpaceOnUse">
        <path class="hatch-buffer" d="M-2,5 L2,9 M0,0 L7,7 M5,-2 L9,2" />
      </pattern>
      <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">
        <circle class="dot" cx="3" cy="3" r="1.3" />
      </pattern>
    </defs>
  );
}
