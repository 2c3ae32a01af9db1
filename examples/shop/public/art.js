// The pictures of the shop: every piece is drawn from the outline of its body, a rim and a glaze.

/** Grains of iron in the clay: always at the same places for the same piece. */
function speckles(seed) {
  let state = seed;
  const next = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  return Array.from({ length: 46 }, () => {
    const [x, y, r] = [60 + next() * 280, 70 + next() * 270, 0.6 + next() * 1.5];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}"/>`;
  }).join('');
}

/** Where the glaze ends: a line that ran a little. */
const dip = (y) =>
  `M0 0H400V${y}C360 ${y + 14} 340 ${y - 8} 300 ${y + 4}S240 ${y + 20} 205 ${y + 4} 140 ${y - 12} 100 ${y + 8} 40 ${y - 6} 0 ${y + 6}Z`;

/** One vessel in its own coordinates of 400 by 400. `key` keeps the ids of several pictures apart. */
function vessel(key, { body, rim, clay, glaze, dipAt, behind = '', front = '', seed = 7 }) {
  const [cx, cy, rx, ry] = rim;
  return `
    <defs>
      <clipPath id="${key}-c"><path d="${body}"/></clipPath>
      <linearGradient id="${key}-l">
        <stop offset="0" stop-color="#1c120a" stop-opacity=".34"/><stop offset=".3" stop-color="#fff" stop-opacity=".2"/>
        <stop offset=".55" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1c120a" stop-opacity=".4"/>
      </linearGradient>
      <radialGradient id="${key}-s"><stop offset="0" stop-color="#2b1c10" stop-opacity=".42"/><stop offset="1" stop-color="#2b1c10" stop-opacity="0"/></radialGradient>
    </defs>
    <ellipse cx="212" cy="338" rx="${rx + 62}" ry="20" fill="url(#${key}-s)"/>
    ${behind}
    <path d="${body}" fill="${clay}"/>
    <g clip-path="url(#${key}-c)">
      <path d="${dip(dipAt)}" fill="${glaze}"/>
      <g fill="#3a2413" opacity=".38">${speckles(seed)}</g>
      <rect width="400" height="400" fill="url(#${key}-l)"/>
    </g>
    <ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="${glaze}"/>
    <ellipse cx="${cx}" cy="${cy + 1.5}" rx="${rx - 6}" ry="${Math.max(ry - 3.5, 2)}" fill="#20150d" opacity=".62"/>
    ${front}`;
}

const handle = (d, colour, width = 17) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>
   <path d="${d}" fill="none" stroke="#fff" stroke-opacity=".22" stroke-width="${width / 4}" stroke-linecap="round" transform="translate(-3 -3)"/>`;

const leaf = (x, y, turn, size, colour) =>
  `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})"><path d="M0 0C-24 -30 -22 -78 0 -112C22 -78 24 -30 0 0Z" fill="${colour}"/><path d="M0 0V-100" stroke="#fff" stroke-opacity=".28" stroke-width="2"/></g>`;

const steam = `<g fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".55"><path d="M178 120c-16-20 14-32 0-56"/><path d="M212 116c-16-22 16-36 0-62"/></g>`;

const PIECES = {
  'morning-mug': {
    body: 'M122 160H278C280 230 274 300 258 328Q250 340 236 340H164Q150 340 142 328C126 300 120 230 122 160Z',
    rim: [200, 160, 78, 15],
    clay: '#c9a27c',
    glaze: '#f3e9d7',
    dipAt: 262,
    behind: handle('M272 190C332 180 340 270 266 282', '#f3e9d7'),
    front: steam,
  },
  'moon-vase': {
    body: 'M176 92H224C222 118 232 130 258 150C306 186 312 270 262 318Q240 340 200 340T138 318C88 270 94 186 142 150C168 130 178 118 176 92Z',
    rim: [200, 92, 25, 7],
    clay: '#8c6a55',
    glaze: '#2f4f52',
    dipAt: 276,
    behind: `<g stroke="#7a5a3c" stroke-width="4" fill="none"><path d="M198 96C192 60 176 40 160 18"/><path d="M203 96C208 62 228 48 240 30"/></g>${leaf(162, 30, -34, 0.36, '#b9805a')}${leaf(240, 36, 32, 0.4, '#c9925f')}${leaf(190, 62, -58, 0.32, '#d2a26f')}${leaf(222, 56, 62, 0.3, '#b9805a')}`,
    seed: 21,
  },
  'harbour-teapot': {
    body: 'M130 190C96 220 98 300 140 328Q152 340 172 340H232Q250 340 262 328C304 300 306 220 272 190Q240 172 201 172T130 190Z',
    rim: [201, 180, 52, 11],
    clay: '#b88f6d',
    glaze: '#5b7f8c',
    dipAt: 288,
    behind:
      handle('M286 214C350 200 352 300 282 300', '#5b7f8c', 15) +
      '<path d="M124 292C86 282 74 240 52 206L72 198C92 224 104 236 130 240Z" fill="#5b7f8c"/><path d="M124 292C86 282 74 240 52 206L60 203C82 240 96 268 126 276Z" fill="#1c120a" opacity=".2"/>',
    front:
      '<path d="M148 180C152 152 250 152 254 180Q201 196 148 180Z" fill="#6d929e"/><path d="M148 180C152 152 250 152 254 180Q201 172 148 180Z" fill="#fff" opacity=".16"/><circle cx="201" cy="148" r="13" fill="#c9a27c"/><circle cx="197" cy="144" r="4" fill="#fff" opacity=".4"/>',
    seed: 5,
  },
  'everyday-bowl': {
    body: 'M82 206H318C314 276 272 322 240 330V340H160V330C128 322 86 276 82 206Z',
    rim: [200, 206, 118, 24],
    clay: '#d7b892',
    glaze: '#a9502f',
    dipAt: 284,
    seed: 11,
  },
  'tide-plate': {
    body: 'M64 300C90 332 140 340 200 340S310 332 336 300L334 292H66Z',
    rim: [200, 292, 136, 30],
    clay: '#cdb79b',
    glaze: '#dfe5df',
    dipAt: 320,
    front: `<ellipse cx="200" cy="294" rx="130" ry="27" fill="#dfe5df"/><ellipse cx="200" cy="296" rx="88" ry="17" fill="#8fa9a6"/><ellipse cx="200" cy="297" rx="70" ry="12.5" fill="#a9bfba"/>
      <g transform="translate(0 8)"><circle cx="178" cy="262" r="27" fill="#e2a04c"/><circle cx="226" cy="266" r="24" fill="#d98a3a"/><circle cx="202" cy="236" r="25" fill="#e9b163"/><path d="M202 212c2-12 10-18 20-20-2 12-10 18-20 20Z" fill="#6f8260"/><g fill="#fff" opacity=".35"><circle cx="170" cy="252" r="6"/><circle cx="218" cy="257" r="5"/><circle cx="194" cy="227" r="6"/></g></g>`,
    seed: 3,
  },
  'pebble-planter': {
    body: 'M118 216H282C292 268 284 316 256 334Q246 340 232 340H168Q154 340 144 334C116 316 108 268 118 216Z',
    rim: [200, 216, 82, 16],
    clay: '#b9694a',
    glaze: '#e6d3bb',
    dipAt: 258,
    behind: '',
    front: `${leaf(196, 222, -48, 1.05, '#5f7a57')}${leaf(204, 222, 46, 1.08, '#6f8b62')}${leaf(198, 222, -20, 1.35, '#7f9a6c')}${leaf(204, 222, 18, 1.4, '#4f6b4d')}${leaf(200, 224, -2, 1.2, '#8fa979')}<path d="M120 218A82 16 0 0 0 280 218L279 222Q200 246 121 222Z" fill="#e6d3bb"/>`,
    seed: 17,
  },
  'hearth-candle': {
    body: 'M134 214H266C268 262 266 310 258 330Q254 340 240 340H160Q146 340 142 330C134 310 132 262 134 214Z',
    rim: [200, 214, 66, 14],
    clay: '#6d6257',
    glaze: '#3d4a44',
    dipAt: 296,
    front: `<ellipse cx="200" cy="217" rx="56" ry="9" fill="#f4ead6"/><path d="M200 216V196" stroke="#3a2413" stroke-width="4"/><circle cx="200" cy="168" r="74" fill="#ffd88a" opacity=".2"/><circle cx="200" cy="172" r="44" fill="#ffd88a" opacity=".3"/><path d="M200 202C178 190 184 166 200 134C216 166 222 190 200 202Z" fill="#f6a63a"/><path d="M200 200C190 192 192 178 200 162C208 178 210 192 200 200Z" fill="#fff3cf"/>`,
    seed: 29,
  },
  'slow-pour': {
    body: 'M150 226H250C258 250 282 268 280 306Q278 340 244 340H156Q122 340 120 306C118 268 142 250 150 226Z',
    rim: [200, 226, 50, 9],
    clay: '#d9c3a5',
    glaze: '#c7a24c',
    dipAt: 302,
    behind: handle('M272 262C326 254 326 318 274 316', '#c7a24c', 14),
    front: `<path d="M112 128H288L228 214Q226 222 216 222H184Q174 222 172 214Z" fill="#f3e9d7"/><path d="M112 128H170L196 222H184Q174 222 172 214Z" fill="#1c120a" opacity=".12"/><path d="M260 128H288L228 214Q226 222 216 222H212Z" fill="#1c120a" opacity=".14"/><ellipse cx="200" cy="128" rx="88" ry="17" fill="#f8f1e3"/><ellipse cx="200" cy="130" rx="80" ry="13" fill="#4a2f1d"/><ellipse cx="194" cy="129" rx="52" ry="7" fill="#6b452a"/><path d="M176 98c-12-16 10-26 0-46M208 94c-12-18 12-30 0-52" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".5"/>`,
    seed: 13,
  },
};

let drawn = 0;

/** The picture of a piece on its ground, as SVG text. */
export function art(id, ground) {
  const key = `art${drawn++}`;
  return `<svg viewBox="0 0 400 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
    <defs><radialGradient id="${key}-g" cx=".35" cy=".25" r=".95"><stop offset="0" stop-color="#fff" stop-opacity=".55"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
    <rect width="400" height="400" fill="${ground}"/><rect width="400" height="400" fill="url(#${key}-g)"/>
    <path d="M0 316H400V400H0Z" fill="#1c120a" opacity=".055"/>
    ${vessel(key, PIECES[id])}</svg>`;
}

/** Three pieces together on a shelf, for the first page. */
export function stillLife() {
  const piece = (id, x, y, size) =>
    `<g transform="translate(${x} ${y}) scale(${size})">${vessel(`art${drawn++}`, PIECES[id])}</g>`;
  return `<svg viewBox="0 0 720 600" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
    <defs><linearGradient id="wall" x2="1" y2="1"><stop offset="0" stop-color="#ecd9bf"/><stop offset="1" stop-color="#cfa988"/></linearGradient></defs>
    <rect width="720" height="600" fill="url(#wall)"/>
    <path d="M80 -40L360 -40L620 500L300 500Z" fill="#fff" opacity=".2"/><path d="M420 -40L500 -40L760 500L660 500Z" fill="#fff" opacity=".13"/>
    <rect y="486" width="720" height="114" fill="#8a5a3c"/><rect y="486" width="720" height="9" fill="#a8724f"/>
    ${piece('moon-vase', 206, -36, 1.6)}${piece('pebble-planter', -28, 158, 1.02)}${piece('morning-mug', 420, 216, 0.86)}</svg>`;
}
