// @ts-check
// Parts that a reset in English on most pages does without: the choice of another language and the files with its words, the
// full build (for every flow but a reset, and for going on where the lean one does not know a step), and the stylesheet for
// the page's own tree.
// Only whole-line comments and indentation are stripped from it for shipping.

export const full = [__REGAIN_FULL__, __REGAIN_FULL_WASM__], light = __REGAIN_LIGHT_CSS__;

/** @type {Record<string, File_[]>} */
const FILES = __REGAIN_FILES__;

/**
 * A language and how it is written, of what may be no tag of one.
 * @param {string} tag
 */
const known = tag => { try { return new Intl.Locale(tag.replace(/^(no|nn)\b/, "nb")).maximize(); } catch {} };

/**
 * The first of the wanted languages that there is; undefined for English. What matters is the language and
 * how it is written, not where.
 * @param {string[]} wanted
 */
const negotiated = wanted => {
  for (let tag of wanted) {
    // As other software writes it: `de_DE`, `de_DE.UTF-8`.
    tag = tag.split(/[.@]/)[0].replaceAll("_", "-");
    const of = known(tag);
    if (of?.language == "en" && !/-X[AB]$/i.test(tag)) return;
    const tags = Object.keys(FILES);
    const found = tags.find(one => one.toLowerCase() == tag.toLowerCase()) || tags.find(one => {
      const other = known(one);
      return of && other && other.language == of.language && other.script == of.script && !/-X[AB]$/.test(one);
    });
    if (found) return found;
  }
};

/** @type {(wanted: string[]) => Speech} */
export const speech = wanted => {
  const tag = negotiated(wanted);
  // For what is sent: the page's language, also where the widget does not speak it.
  return {tag, files: tag ? FILES[tag] : [], language: tag || wanted.find(known)};
};
