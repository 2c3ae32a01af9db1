/** A page of a React application in StrictMode, for the test with a browser. */

import { createElement, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createTracker } from '../index.js';
import { TributaryProvider, usePageView } from '../react.js';

declare global {
  interface Window {
    endpoint: string;
    renders: number;
  }
}

const tracker = createTracker({ writeKey: 'demo', endpoint: window.endpoint });
window.renders = 0;

function App() {
  window.renders++;
  const [step, setStep] = useState(0);
  usePageView(location.pathname);
  const next = () => {
    history.pushState(null, '', `/step/${step + 1}`);
    setStep(step + 1);
  };
  return createElement('button', { type: 'button', onClick: next }, 'next');
}

createRoot(document.querySelector('main') as HTMLElement).render(
  createElement(StrictMode, null, createElement(TributaryProvider, { tracker }, createElement(App))),
);
