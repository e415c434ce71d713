// Suggests a password: brought in when one is asked for. What it may be is decided in WebAssembly
// (crates/generator); the randomness is the browser's.
// Only whole-line comments and indentation are stripped from it for shipping.

let module;
const load = () => module ||= fetch(new URL("__REGAIN_GENERATOR__", import.meta.url))
  .then(wasm => wasm.arrayBuffer())
  .then(bytes => WebAssembly.compile(bytes))
  .catch(error => { module = 0; throw error; });

// The numbers of the rules (0 and 1 for no and yes), the user ID, and what else it may not contain.
export default async (kind, [words, min, max, classes, different, forbidsUserId, ...texts], root, signal, say) => {
  // An instance for each: the memory that held a password goes with it.
  const {exports} = await WebAssembly.instantiate(await load());
  exports.begin(min, max, classes, different, forbidsUserId);
  for (const text of texts) {
    for (const letter of text) exports.letter(letter.codePointAt());
    exports.end();
  }
  for (const number of crypto.getRandomValues(new Uint32Array(16384))) exports.random(number);
  const length = exports.make(words);
  if (length < 0) return say(-1);
  say(100, Array.from({length}, (_, place) => String.fromCharCode(exports.character(place))).join(""));
};
