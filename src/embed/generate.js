// @ts-check
// Suggests a password: brought in when one is asked for. What it may be is decided in WebAssembly
// (crates/generator); the randomness is the browser's.
// Only whole-line comments and indentation are stripped from it for shipping.

const [NAME, INTEGRITY] = __REGAIN_GENERATOR__;

/** @type {Promise<WebAssembly.Module> | 0 | undefined} */
let module;
const load = () => module ||= fetch(new URL(NAME, import.meta.url), {integrity: INTEGRITY})
  .then(wasm => wasm.arrayBuffer())
  .then(bytes => WebAssembly.compile(bytes))
  .catch(error => { module = 0; throw error; });

// Resolves to what is told: the suggestion, with 1 where it can be copied (browsers keep the clipboard from
// pages that came without TLS); and for `copy` 1 once that is done. Numbers of the rules are 0 and 1 for no
// and yes; behind them come the user ID, and what else may not be in it.
/** @type {Record<string, (...values: any[]) => Promise<(string | number)[]>>} */
const work = {
  /** @param {string} text */
  copy: async text => {
    await navigator.clipboard.writeText(text);
    return [1];
  },
  suggest: async (words, min, max, classes, different, forbidsUserId, ...texts) => {
    // An instance for each: the memory that held a password goes with it.
    const exports = /** @type {Exports} */ ((await WebAssembly.instantiate(await load())).exports);
    exports.begin(min, max, classes, different, forbidsUserId);
    for (const text of texts) {
      for (const letter of text) exports.letter(letter.codePointAt());
      exports.end();
    }
    for (const number of crypto.getRandomValues(new Uint32Array(16384))) exports.random(number);
    const length = exports.make(words);
    if (length < 0) return [-1];
    const characters = Array.from({length}, (_, place) => String.fromCharCode(exports.character(place)));
    return [+!!navigator.clipboard, characters.join("")];
  },
};

/** @param {Parameters<Work>} job */
export default async (...[kind, values,,, say]) => say(...await work[kind](...values));
