// What every page has: header, footer, the banner for visitors who are in the segment "interested".

import { art } from './art.js';
import { money } from './products.js';
import { count, customer, forgetCustomer } from './store.js';

/** Text into HTML. */
export const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export const card = ({ id, name, price, line, ground }) => `
  <a class="card" href="product.html?id=${id}">
    <div class="picture">${art(id, ground)}</div>
    <div class="caption"><h3>${name}</h3><span class="price">${money(price)}</span></div>
    <p>${line}</p>
  </a>`;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Shows the banner when the profile says that the visitor is interested. An event takes a moment on its way
 * into the profile, so after a product view the page looks again.
 */
export async function lookForBanner(delays = [0]) {
  const banner = document.getElementById('banner');
  for (const delay of delays) {
    if (!banner.hidden) return;
    await wait(delay);
    try {
      const { segments, traits } = await window.tributary.profile();
      if (!segments.includes('interested')) continue;
      banner.querySelector('.name').textContent = traits.firstName ? `, ${traits.firstName}` : '';
      banner.hidden = false;
    } catch {
      // A shop works without its banner.
    }
  }
}

function header() {
  const who = customer();
  const link = (href, text) =>
    `<a href="${href}"${location.pathname.endsWith(href) ? ' aria-current="page"' : ''}>${text}</a>`;
  return `
    <a class="brand" href="./"><svg viewBox="0 0 40 40" aria-hidden="true"><path d="M9 12H31C32 24 30 31 27 35H13C10 31 8 24 9 12Z" fill="currentColor"/><ellipse cx="20" cy="12" rx="11" ry="3" fill="#f6f0e6" stroke="currentColor" stroke-width="2"/></svg>Morrow <i>&amp;</i> Clay</a>
    <nav>
      <a href="./#pieces">Pieces</a>
      ${link('hooks.html', 'Behind the counter')}
      ${who ? `<span class="hello">Hello, ${escapeHtml(who.firstName)}</span><button class="link" id="sign-out">Sign out</button>` : link('signup.html', 'Sign up')}
      <a class="cart" id="cart-link" href="cart.html">Cart <b id="cart-count">${count()}</b></a>
    </nav>`;
}

function draw() {
  document.querySelector('header').innerHTML = header();
  document.getElementById('sign-out')?.addEventListener('click', () => {
    forgetCustomer();
    window.tributary.reset();
    location.href = './';
  });
}

document.querySelector('footer').innerHTML = `
  <div><strong>Morrow &amp; Clay</strong><p>Stoneware for slow mornings.<br>Thrown, glazed and fired by four people.</p></div>
  <div><strong>About this shop</strong><p>It sells nothing. It is an example of
  <a href="hooks.html">Tributary</a>: what you do here becomes a profile.</p></div>`;
draw();
addEventListener('cart', draw);
addEventListener('storage', draw);
addEventListener('customer', draw);
