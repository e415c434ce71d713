// @ts-check
// Requests of the API: how they are sent, and the one that begins a flow beside the files.
// Only whole-line comments and indentation are stripped from it for shipping.

import {stored} from "./tools.js";

/**
 * Sends a request of the widget's, and tells with the response how far the server's clock is ahead. The `Date` header has
 * whole seconds and the reply took its time, so a small difference is none.
 * @type {(resource: RequestInfo, options?: RequestInit) => Promise<Response>}
 */
export const ask = async (resource, options) => {
  const sent = Date.now();
  const answer = await fetch(resource, options);
  const offset = Date.parse(answer.headers.get("date") || "") + 500 - (sent + Date.now()) / 2;
  return Object.assign(answer, Math.abs(offset) < 2e3 ? {offset: 0} : offset && {offset});
};

/**
 * Begins a flow. The key is as hard to guess as one of the widget's. Where nothing comes of it, the widget asks by itself.
 * @type {(api: string, flow: Flow, locale: string | undefined) => Promise<Response | void>}
 */
export const beginFlow = (api, flow, locale) => ask(api + "/v1/flows", {
  method: "POST",
  body: JSON.stringify({kind: flow, locale, with_config: true}),
  headers: {"content-type": "application/json", "idempotency-key": crypto.getRandomValues(new Uint32Array(4)).join("-")},
  credentials: "omit",
}).catch(() => {});

/**
 * Remembers something until the page's tab is closed, or forgets it. Storage may be full or forbidden.
 * @type {(name: string, is: boolean) => void}
 */
export const remember = (name, is) => {
  try {
    sessionStorage[is ? "setItem" : "removeItem"](name, "1");
  } catch {}
};

/** @param {string} api */
const kinds = api => "regain:" + api + ":kinds";

/**
 * Tells if people of this API were asked for the kind of account before.
 * @param {string} api
 */
export const asksAccount = api => !!stored(kinds(api));

/**
 * The configuration that comes with a flow.
 * @type {(api: string, begun: Promise<Response | void>) => Promise<Config | undefined>}
 */
export const configurationOf = (api, begun) => begun.then(answer => answer?.clone().json()).then(({config}) => {
  remember(kinds(api), config.account_types.length > 1);
  return config;
}).catch(() => {});
