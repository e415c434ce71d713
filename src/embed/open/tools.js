// @ts-check
// The tools that entry.js lends to open.js, for all of its parts.
// Only whole-line comments and indentation are stripped from it for shipping.

/** @type {Files} */
export let lean;
/** @type {Named} */
export let named;
/** @type {Find} */
export let find;
/** @type {Make} */
export let make;
/** @type {Page} */
export let page;
/** @type {(key: string) => string | null} */
export let stored;
/** @type {Fetched} */
export let checked;
/** @type {Link} */
export let sheet;
/** @type {Bring} */
export let bring;
/** @type {Build} */
export let build;
/** @type {() => Element | null} */
export let focused;
/** @type {Say} */
export let say;

/** @param {Tools} tools */
export const borrow = (...tools) => {
  [lean, named, find, make, page, stored, checked, sheet, bring, build, focused, say] = tools;
};
