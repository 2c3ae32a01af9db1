/** What the shop sells. */
export const CURRENCY = 'EUR';

export const PRODUCTS = [
  {
    id: 'morning-mug',
    name: 'Morning Mug',
    category: 'Drink',
    price: 24,
    ground: '#dfc6ab',
    line: 'Holds 320 ml and a little quiet.',
    text: 'A mug with weight in the hand and a rim that is thin where it matters. Dipped by hand, so no two lines run alike.',
    facts: ['320 ml', 'Stoneware, matte white', 'Dishwasher safe'],
  },
  {
    id: 'moon-vase',
    name: 'Moon Vase',
    category: 'Home',
    price: 58,
    ground: '#d9d6c6',
    line: 'Round-bellied, narrow-necked, good with one branch.',
    text: 'Thrown in two halves and joined while wet. The seam stays visible if you look for it, which we hope you do.',
    facts: ['26 cm tall', 'Deep petrol glaze', 'Watertight'],
  },
  {
    id: 'harbour-teapot',
    name: 'Harbour Teapot',
    category: 'Drink',
    price: 72,
    ground: '#e3d3bd',
    line: 'Pours clean, to the last drop.',
    text: 'We cut eleven spouts before this one. It does not drip, it does not gurgle, and the lid stays on when you tip it.',
    facts: ['900 ml', 'Fog blue over raw clay', 'With a steel sieve'],
  },
  {
    id: 'everyday-bowl',
    name: 'Everyday Bowl',
    category: 'Eat',
    price: 28,
    ground: '#e9dcc6',
    line: 'For soup, for oats, for the keys.',
    text: 'The bowl that ends up beside the sink because it is always in use. Stacks six high without a wobble.',
    facts: ['16 cm across', 'Rust glaze', 'Oven safe to 220 °C'],
  },
  {
    id: 'tide-plate',
    name: 'Tide Plate',
    category: 'Eat',
    price: 26,
    ground: '#c9d3cd',
    line: 'A pool of glaze, as the water leaves it.',
    text: 'The glaze gathers in the middle while the kiln is hot and stays there as it cools. Every plate is its own shore.',
    facts: ['24 cm across', 'Sea green on white', 'Dishwasher safe'],
  },
  {
    id: 'pebble-planter',
    name: 'Pebble Planter',
    category: 'Home',
    price: 38,
    ground: '#d3d8c4',
    line: 'Drinks first, gives later.',
    text: 'Unglazed inside, so the clay holds water and lets the roots breathe. Comes with a saucer; the plant is yours to find.',
    facts: ['18 cm across', 'Terracotta', 'With a saucer'],
  },
  {
    id: 'hearth-candle',
    name: 'Hearth Candle',
    category: 'Home',
    price: 22,
    ground: '#cbb9a5',
    line: 'Cedar, smoke, orange peel.',
    text: 'Forty hours of light in a cup that you keep. When the wax is gone it holds espresso, pencils, or salt.',
    facts: ['180 g rapeseed wax', 'About 40 hours', 'Refills on request'],
  },
  {
    id: 'slow-pour',
    name: 'Slow Pour Set',
    category: 'Drink',
    price: 64,
    ground: '#e8dac0',
    line: 'Three minutes that belong to you.',
    text: 'A dripper and its jug, made to sit on each other. Ribs inside the cone keep the filter off the wall, so the coffee runs even.',
    facts: ['500 ml jug', 'For size 2 filters', 'Honey glaze'],
  },
];

export const product = (id) => PRODUCTS.find((one) => one.id === id);

export const money = (amount) =>
  new Intl.NumberFormat('en-IE', { style: 'currency', currency: CURRENCY }).format(amount);

/** A product as the events name it. */
export const asProperties = ({ id, name, category, price }) => ({
  product_id: id,
  name,
  category,
  price,
  currency: CURRENCY,
});
