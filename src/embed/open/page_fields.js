// @ts-check
// The field of the page in which somebody types their user ID.
// Only whole-line comments and indentation are stripped from it for shipping.

import {HOST} from "./host.js";
import {find} from "./tools.js";

/**
 * Finds the fields of the page around a link, or of its whole tree: that for the user ID, and the first of a form that
 * matches.
 * @type {(options: Opening) => PageFields}
 */
export const fieldsOf = ({link, userField}) => {
  /** @type {(selector: string) => HTMLInputElement[]} The page's own. */
  const all = selector => {
    const tree = /** @type {Document | ShadowRoot} */ ((link || document).getRootNode());
    return /** @type {HTMLInputElement[]} */ ([...tree.querySelectorAll(selector)]).filter(field => !field.closest(HOST));
  };
  // A form's own properties may be its fields, so it is not the form that is asked.
  /** @type {(selector: string, form: HTMLFormElement | null | undefined) => HTMLInputElement | undefined} */
  const first = (selector, form) => all(selector).find(field => !form || field.form == form);
  /** @param {string} selector */
  const own = selector => first(selector, link?.closest("form"));
  // Fallback for a page that marks no field: the last text field before a form's only password.
  const before = () => {
    const fields = all("input");
    for (const password of fields) {
      const form = fields.filter(field => field.form == password.form);
      const [only, another] = form.filter(field => field.type == "password");
      if (password != only || another) continue;
      const texts = form.slice(0, form.indexOf(only));
      const text = texts.reverse().find(field => /^(text|email|tel)$/.test(field.type) && field.checkVisibility?.() != false);
      if (text) return text;
    }
  };
  return {
    first,
    userId: () => find(userField) || own("input[autocomplete~=username]") || before() || own("input[type=email]"),
  };
};
