// What the tests of beacon and pixel share: bodies as a visitor's browser sends them.
import { until } from './click_support.mjs';
import { send } from './door_support.mjs';

export const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

// Limits count by address: each visitor comes from one of its own.
let visitors = 0;
export const nextAddress = () => `10.77.${(++visitors >> 8) & 255}.${visitors & 255}`;

const fromBrowser = (instance, address, body, headers) => send(instance, address, {
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'User-Agent': chrome, 'Content-Type': 'text/plain;charset=UTF-8', 'X-Forwarded-For': nextAddress(), ...headers },
});

export const beacon = (instance, body, headers = {}) => fromBrowser(instance, '/track/click', body, headers);
export const pixel = (instance, brand, body, headers = {}) =>
  fromBrowser(instance, `/api/v2/affiliate/pixel/${brand}`, body, headers);

// Until the worker has put the shop's refs into the map.
export const awaitRef = (instance, shop) => until(async () =>
  (await beacon(instance, { program: shop.program, ref: shop.ben.slug })).status === 201, 10000, 'the ref reaches the map');
