import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A hash over the content of files and folders, in a fixed order. Content, not times: a checkout or a copy changes
 * times and nothing else. What is made (dist, node_modules) is no source.
 */
export function fingerprint(root, paths, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const path of paths) {
    for (const file of filesOf(root, path)) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function filesOf(root, path) {
  if (!existsSync(join(root, path))) return [];
  const made = new Set(['node_modules', 'dist']);
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const inside = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !made.has(entry.name)) walk(inside);
      else if (entry.isFile() && !entry.name.endsWith('.tsbuildinfo')) found.push(inside);
    }
  };
  try {
    walk(path);
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return found.sort();
}

/** The folders of the packages, in a fixed order. */
export function packageFolders(root) {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).sort();
}
