import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CpuProfile, PARTS, type Part, shares } from './shares.js';

/** Colours that differ in lightness too, for those who see few hues. */
const COLOURS: Record<Part, string> = {
  http: '#1b4f72',
  json: '#e67e22',
  queue: '#7fb3d5',
  identity: '#196f3d',
  apply: '#82e0aa',
  flows: '#f7dc6f',
  write: '#922b21',
  gc: '#5d6d7e',
  runtime: '#d5d8dc',
};
const LABELS: Record<Part, string> = {
  http: 'HTTP',
  json: 'JSON',
  queue: 'queue',
  identity: 'identity',
  apply: 'apply',
  flows: 'flows',
  write: 'write',
  gc: 'GC',
  runtime: 'Node and the rest',
};
const [WIDTH, LEFT, BAR] = [820, 90, 34];

/** Draws where the time of each program goes: the folder has one for each program, with its `*.cpuprofile` files. */
export function drawPicture(folder: string, file: string, say: (text: string) => void): void {
  const programs = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (programs.length === 0) throw new Error(`${folder} holds no CPU profiles: make them with --cpu-prof.`);
  const bars = programs.map(({ name: program }) => {
    const found = busiest(join(folder, program));
    const sum = total(found);
    const parts = PARTS.map((part) => ({ part, share: found[part] / sum }));
    say(`${program}: ${parts.map(({ part, share }) => `${LABELS[part]} ${(share * 100).toFixed(1)} %`).join(', ')}`);
    return { program, parts };
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, svg(bars));
}

/** Each thread and each round leaves a profile: the one with the most work is looked at. */
function busiest(folder: string): Record<Part, number> {
  const profiles = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const found = profiles.map((name) => shares(JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile));
  const [first] = found.sort((a, b) => total(b) - total(a));
  if (!first) throw new Error(`${folder} holds no CPU profile.`);
  return first;
}

function total(found: Record<Part, number>): number {
  return PARTS.reduce((sum, part) => sum + found[part], 0);
}

function svg(bars: { program: string; parts: { part: Part; share: number }[] }[]): string {
  const rows = bars.map(({ program, parts }, row) => {
    const y = 30 + row * (BAR + 18);
    let x = LEFT;
    const cells = parts.map(({ part, share }) => {
      const width = share * (WIDTH - LEFT - 10);
      const percent = `${Math.round(share * 100)} %`;
      const dark = ['http', 'identity', 'write', 'gc'].includes(part);
      const cell = [
        `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLOURS[part]}">`,
        `<title>${LABELS[part]} ${percent}</title></rect>`,
        width > 34
          ? `<text x="${(x + width / 2).toFixed(1)}" y="${y + 22}" text-anchor="middle" fill="${dark ? '#fff' : '#111'}">${percent}</text>`
          : '',
      ].join('');
      x += width;
      return cell;
    });
    return `<text x="${LEFT - 10}" y="${y + 22}" text-anchor="end">${program}</text>${cells.join('')}`;
  });
  const height = 30 + bars.length * (BAR + 18) + 36;
  let x = LEFT;
  const legend = PARTS.map((part) => {
    const item = `<rect x="${x}" y="${height - 26}" width="12" height="12" fill="${COLOURS[part]}"/><text x="${x + 16}" y="${height - 15}">${LABELS[part]}</text>`;
    x += 30 + LABELS[part].length * 7;
    return item;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13"><title>Where the time of each program goes</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="10" y="18" font-weight="bold">Where the time of each program goes</text>',
    ...rows,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}
