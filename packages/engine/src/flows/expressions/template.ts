import { Liquid, type Template } from 'liquidjs';
import { ExpressionError } from './error.js';

const PARSE_LIMIT = 20_000;
/** Milliseconds: a template that takes longer holds up whoever waits behind it, and is given up. */
const RENDER_LIMIT = 500;
const MEMORY_LIMIT = 1_000_000;
const MAX_OUTPUT = 262_144;
/** Tags that read other files, and those that write into what they were given. */
const REFUSED_TAGS = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

export interface Templates {
  parse(template: string): Template[];
  render(template: Template[], scope: object): string;
}

/** LiquidJS without files, without prototypes, and with limits on work and memory. */
export function createTemplates(): Templates {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    parseLimit: PARSE_LIMIT,
    // Of each rendering.
    memoryLimit: MEMORY_LIMIT,
    renderLimit: RENDER_LIMIT,
    templates: {},
  });
  for (const tag of REFUSED_TAGS) delete liquid.tags[tag];
  return {
    parse(template) {
      try {
        return liquid.parse(template);
      } catch (error) {
        throw new ExpressionError('TEMPLATE_SYNTAX', `The template cannot be read: ${firstLine(error)}.`);
      }
    },
    render(template, scope) {
      try {
        const text = String(liquid.renderSync(template, scope));
        if (text.length > MAX_OUTPUT)
          throw new ExpressionError('TEMPLATE_OUTPUT', `The text is longer than ${MAX_OUTPUT} characters.`);
        return text;
      } catch (error) {
        if (error instanceof ExpressionError) throw error;
        throw new ExpressionError('TEMPLATE_RENDER', `The template could not be filled in: ${firstLine(error)}.`);
      }
    },
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
