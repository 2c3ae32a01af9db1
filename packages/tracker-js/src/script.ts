/** The one-file script, `<script async src="/t.js" data-key="…"></script>`: makes `window.tributary`. */
import { createGlobal, type Global } from './global.js';

declare global {
  interface Window {
    tributary?: Global;
  }
}

createGlobal(document.currentScript as HTMLScriptElement);
