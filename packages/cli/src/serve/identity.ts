import { readFile } from 'node:fs/promises';
import { type IdentityRules, InvalidSetting, readRules, type Settings } from '@tributary/engine';

/** The identifier rules that the settings name, or undefined for those of docs/identity.md. */
export async function loadIdentityRules({
  identityFile,
  defaultCountry,
}: Pick<Settings, 'identityFile' | 'defaultCountry'>): Promise<IdentityRules | undefined> {
  if (identityFile === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(identityFile, 'utf8');
  } catch {
    throw new InvalidSetting('TRIBUTARY_IDENTITY', `TRIBUTARY_IDENTITY names ${identityFile}, which cannot be read.`);
  }
  return readRules(text, defaultCountry);
}
