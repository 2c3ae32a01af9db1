#!/usr/bin/env node
import { EXIT, sentenceOf } from './errors.js';
import { complain } from './print.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === undefined) console.error(error);
  else complain(sentence);
  process.exit(sentence === undefined ? EXIT.crash : EXIT.mistake);
}
