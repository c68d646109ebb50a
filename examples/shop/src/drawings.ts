import { raw } from "hono/html";

/** The drawing of a product. It is decorative, because the name is next to it. */
export function drawing(id: string) {
  const [ground, shapes] = DRAWINGS[id] ?? ["#ddd", ""];
  return raw(
    `<svg class="drawing" viewBox="0 0 400 320" aria-hidden="true" focusable="false">` +
      `<rect width="400" height="320" fill="${ground}"/>${shapes}</svg>`,
  );
}

/** The shop's logo. */
export const TERN = raw(
  `<svg class="tern" viewBox="0 0 64 40" aria-hidden="true" focusable="false" fill="currentColor">` +
    `<path d="M2 13C14 9 23 12 31 21C36 9 46 3 62 2C52 8 46 15 43 24C51 25 57 28 61 33C51 31 42 31 35 32C29 36 21 37 13 34C19 33 23 31 25 28C20 20 12 15 2 13Z"/></svg>`,
);

const shadow = (rx: number) =>
  `<ellipse cx="200" cy="268" rx="${rx}" ry="11" fill="#1d2b2a" opacity=".16"/>`;

const DRAWINGS: Record<string, [ground: string, shapes: string]> = {
  "harbour-kettle": [
    "#f3d9c4",
    `${shadow(112)}
    <path d="M132 132C132 60 268 60 268 132" fill="none" stroke="#7a4a2b" stroke-width="14" stroke-linecap="round"/>
    <path d="M272 168C300 160 308 138 330 128L338 142C322 156 316 190 284 206Z" fill="#1f5a63"/>
    <path d="M112 244C104 176 136 130 200 130C264 130 296 176 288 244C286 262 270 268 252 268H148C130 268 114 262 112 244Z" fill="#2a7380"/>
    <path d="M128 240C122 190 144 154 176 146C152 170 146 206 150 250C138 250 130 248 128 240Z" fill="#4f97a2" opacity=".75"/>
    <path d="M150 136C158 118 242 118 250 136Z" fill="#1f5a63"/>
    <circle cx="200" cy="114" r="10" fill="#7a4a2b"/>`,
  ],
  "moss-teapot": [
    "#e4e7d3",
    `${shadow(120)}
    <path d="M98 176C58 168 58 236 112 234" fill="none" stroke="#4d5f38" stroke-width="14" stroke-linecap="round"/>
    <path d="M286 190C312 184 318 154 344 146L352 160C334 178 330 226 284 236Z" fill="#566b3e"/>
    <ellipse cx="196" cy="206" rx="104" ry="64" fill="#6b8150"/>
    <path d="M104 194C116 158 160 142 196 142C170 156 138 180 132 232C112 222 100 208 104 194Z" fill="#8ba070" opacity=".7"/>
    <path d="M146 154C152 134 240 134 246 154C230 160 162 160 146 154Z" fill="#566b3e"/>
    <circle cx="196" cy="128" r="11" fill="#4d5f38"/>`,
  ],
  "paper-dripper": [
    "#d9e4ea",
    `${shadow(84)}
    <path d="M142 74L258 74L228 58L166 62Z" fill="#efe6d4"/>
    <path d="M122 84H278L226 186H174Z" fill="#fbfaf7"/>
    <path d="M122 84H150L188 186H174Z" fill="#e3e6e6"/>
    <path d="M176 92L194 178M216 92L206 178M250 92L218 178" stroke="#d5d9da" stroke-width="4" stroke-linecap="round"/>
    <path d="M274 96C318 92 312 150 248 144" fill="none" stroke="#fbfaf7" stroke-width="11" stroke-linecap="round"/>
    <rect x="152" y="184" width="96" height="11" rx="5.5" fill="#fbfaf7"/>
    <path d="M158 202H242L236 262C235 266 232 268 228 268H172C168 268 165 266 164 262Z" fill="#b5652f" opacity=".9"/>
    <path d="M161 226H239L236 262C235 266 232 268 228 268H172C168 268 165 266 164 262Z" fill="#5b2f17"/>
    <path d="M200 196V222" stroke="#5b2f17" stroke-width="4" stroke-linecap="round"/>`,
  ],
  "dune-mugs": [
    "#f0e3cf",
    `${shadow(128)}
    <path d="M168 176C206 172 206 226 164 224" fill="none" stroke="#d2b48a" stroke-width="12"/>
    <path d="M76 150H172V238C172 258 160 268 144 268H104C88 268 76 258 76 238Z" fill="#d9bf98"/>
    <path d="M76 150H172V204C148 216 118 196 76 208Z" fill="#f7f1e6"/>
    <ellipse cx="124" cy="150" rx="48" ry="10" fill="#5b3a22"/>
    <path d="M318 146C358 142 358 204 312 202" fill="none" stroke="#b98a63" stroke-width="12"/>
    <path d="M222 116H322V236C322 258 310 268 292 268H252C234 268 222 258 222 236Z" fill="#c79a74"/>
    <path d="M222 116H322V188C296 176 262 204 222 186Z" fill="#3f5f6b"/>
    <ellipse cx="272" cy="116" rx="50" ry="10" fill="#2b444e"/>
    <path d="M112 128C104 116 120 108 112 94M136 128C128 116 144 108 136 94" fill="none" stroke="#bfa684" stroke-width="4" stroke-linecap="round"/>`,
  ],
  "tide-tin": [
    "#d6e2dd",
    `${shadow(88)}
    <rect x="128" y="112" width="144" height="156" rx="12" fill="#27545c"/>
    <path d="M128 184C152 168 176 200 200 184S248 168 272 184V256C272 263 267 268 260 268H140C133 268 128 263 128 256Z" fill="#3d7e86"/>
    <path d="M128 214C152 198 176 230 200 214S248 198 272 214V256C272 263 267 268 260 268H140C133 268 128 263 128 256Z" fill="#7db3b3"/>
    <rect x="120" y="82" width="160" height="40" rx="8" fill="#e7ddc8"/>
    <rect x="120" y="108" width="160" height="14" rx="4" fill="#cdbf9f"/>
    <rect x="142" y="128" width="12" height="132" rx="6" fill="#fff" opacity=".16"/>
    <path d="M178 64C186 52 214 52 222 64V82H178Z" fill="#cdbf9f"/>`,
  ],
  "slow-scale": [
    "#e6dde3",
    `${shadow(132)}
    <rect x="72" y="232" width="256" height="32" rx="10" fill="#35323a"/>
    <rect x="64" y="216" width="272" height="22" rx="9" fill="#4a4650"/>
    <rect x="222" y="242" width="84" height="14" rx="4" fill="#16242a"/>
    <path d="M230 249h14M250 249h8M264 249h14M284 249h14" stroke="#8fe0c8" stroke-width="4" stroke-linecap="round"/>
    <path d="M152 118H248L236 208C235 213 231 216 226 216H174C169 216 165 213 164 208Z" fill="#fff" opacity=".55"/>
    <path d="M157 158H243L236 208C235 213 231 216 226 216H174C169 216 165 213 164 208Z" fill="#6b3a1c"/>
    <rect x="146" y="108" width="108" height="14" rx="7" fill="#fff" opacity=".8"/>
    <path d="M244 138C282 138 278 190 238 188" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="9" stroke-linecap="round"/>`,
  ],
};
