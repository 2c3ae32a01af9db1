import { type MetricType, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import type { Module } from './types.js';

/**
 * Sends each of the web vitals once it is final: `Web Vital` with its name, value and rating.
 *
 * @example createTracker({ writeKey, modules: [webVitals] })
 */
export const webVitals: Module = (tracker) => {
  const report = ({ name, value, rating, id, navigationType }: MetricType) =>
    tracker.track('Web Vital', { name, value, rating, id, navigationType });
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(report);
};

/** For the script's tag: `data-vitals`. */
export const start: Module = webVitals;
