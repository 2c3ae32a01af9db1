import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, packageFolders } from './lib/fingerprint.mjs';
import { main, Refusal, root, step } from './lib/run.mjs';

const STAMPS = join(root, 'node_modules', '.tributary-stamps.json');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Installs the workspace and builds it, where what is there is not that of the lockfile and of the sources. */
export async function prepare() {
  checkNode();
  const stamps = readStamps();
  const wanted = { install: installFingerprint(), build: '' };
  if (stamps.install !== wanted.install || !existsSync(join(root, 'node_modules', '.modules.yaml'))) {
    // A step that is cut off must not pass for done the next time.
    rmSync(STAMPS, { force: true });
    await install();
    writeStamps({ install: wanted.install });
    stamps.build = undefined;
  }
  wanted.build = buildFingerprint(wanted.install);
  if (stamps.build !== wanted.build || !isBuilt()) {
    writeStamps({ install: wanted.install });
    await build();
    writeStamps(wanted);
  }
}

function checkNode() {
  const minimum = /\d+\.\d+/.exec(manifest.engines.node)[0];
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = minimum.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Refusal(
    `Tributary needs Node.js ${minimum} or later, and this is ${process.version}: install a newer one.`,
  );
}

function install() {
  const pnpm = manifest.packageManager;
  const args = ['--yes', pnpm, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  const advice = 'Look at the network and at the registry that npm uses (npm config get registry), then start again.';
  return step(`Installing the packages with ${pnpm}`, 'npx', args, advice);
}

async function build() {
  const advice = 'The sources do not compile as they are: correct what is named above, then start again.';
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  await step('Building', process.execPath, [compiler, '-b'], advice);
  await step('Bundling the tracker', process.execPath, [join('scripts', 'bundle.mjs')], advice);
}

function installFingerprint() {
  const folders = ['packages', 'examples', 'examples/plugins'].filter((folder) => existsSync(join(root, folder)));
  const manifests = folders.flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests.sort()];
  // Some packages choose their binaries by platform and version of Node.
  return fingerprint(root, files, `${process.platform} ${process.arch} ${process.version.split('.')[0]}`);
}

function buildFingerprint(installed) {
  const sources = packageFolders(root).flatMap((folder) => [`${folder}/src`, `${folder}/tsconfig.json`]);
  return fingerprint(
    root,
    ['tsconfig.json', 'tsconfig.base.json', 'scripts/bundle.mjs', 'examples', ...sources],
    installed,
  );
}

function isBuilt() {
  const compiled = packageFolders(root).filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
  return compiled.every((folder) => existsSync(join(root, folder, 'dist', 'index.js')));
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMPS, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamps(stamps) {
  mkdirSync(dirname(STAMPS), { recursive: true });
  writeFileSync(STAMPS, JSON.stringify(stamps));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(prepare);
