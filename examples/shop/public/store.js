// What the shop itself remembers in this browser: the cart, and who signed up.
const read = (key, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value));

/** Quantity by product id. */
export const cart = () => read('morrow.cart', {});

export function setQuantity(id, quantity) {
  const lines = cart();
  if (quantity > 0) lines[id] = quantity;
  else delete lines[id];
  write('morrow.cart', lines);
  dispatchEvent(new Event('cart'));
}

export function emptyCart() {
  localStorage.removeItem('morrow.cart');
  dispatchEvent(new Event('cart'));
}

export const count = () => Object.values(cart()).reduce((sum, quantity) => sum + quantity, 0);

export const customer = () => read('morrow.customer', null);
export const setCustomer = (value) => write('morrow.customer', value);
export const forgetCustomer = () => localStorage.removeItem('morrow.customer');

/** The customer's id. A real shop has it from its database; here one e-mail makes one id. */
export function customerId(email) {
  let hash = 2166136261;
  for (const char of email.trim().toLowerCase()) hash = Math.imul(hash ^ char.codePointAt(0), 16777619) >>> 0;
  return `customer-${hash.toString(36)}`;
}
