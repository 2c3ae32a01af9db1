declare global {
  // What newer browsers add, and TypeScript's own description leaves out.
  interface Navigator {
    globalPrivacyControl?: boolean;
    userAgentData?: unknown;
  }
  interface Document {
    prerendering?: boolean;
  }
}

/** The value, or `undefined` where the browser forbids the access: storage and cookies can throw. */
export function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}
