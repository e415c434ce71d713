// @ts-check
// Says how easily a password is guessed: in a worker that has the dictionaries in a WebAssembly of its
// own; where the page allows no worker, on the page's own thread whenever that is idle.
// Only whole-line comments and indentation are stripped from it for shipping.

/**
 * Resolves to a function from a password to its verdict, in JSON. The dictionaries are beside `base`.
 * @type {(given: string[]) => Promise<(password: string) => string>}
 */
const judging = async ([base, ...inputs]) => {
  const [name, integrity] = __REGAIN_STRENGTH_WASM__;
  const wasm = await fetch(new URL(name, base), {integrity});
  const module = await WebAssembly.compile(await wasm.arrayBuffer());
  // The time is all that it imports.
  /** @type {Record<string, Record<string, () => bigint>>} */
  const imports = {};
  for (const {module: from, name} of WebAssembly.Module.imports(module))
    (imports[from] ||= {})[name] = () => BigInt(Date.now());
  const exports = /** @type {Exports} */ ((await WebAssembly.instantiate(module, imports)).exports);
  /** @param {string} text */
  const give = text => new TextEncoder().encode(text).forEach(byte => exports.byte(byte));
  for (const input of inputs) {
    give(input);
    exports.input();
  }
  return password => {
    // As the server stores it: any space is the plain one, and what looks the same is the same.
    give(password.replace(/\p{Zs}/gu, " ").normalize("NFC"));
    const verdict = new Uint8Array(exports.judge());
    return new TextDecoder().decode(verdict.map((_, at) => exports.verdict(at)));
  };
};

// The first password is slow, because the dictionaries are read for it: this one is nobody's.
const WARM_UP = "Aa1!";

// In the worker: it is told its base and the user inputs, says whether it is ready, and judges what comes after that.
if (!self.document) {
  onmessage = async ({data: inputs}) => {
    const judge = await judging(inputs).catch(() => {});
    judge?.(WARM_UP);
    onmessage = ({data: [ticket, password]}) => postMessage([ticket, judge?.(password)]);
    postMessage(!!judge);
  };
}

// Typing comes first: what the page has to do for a key is done before.
const idle = self.requestIdleCallback || setTimeout;

/**
 * Resolves to a function that takes a ticket and a password, once a password can be judged; `say` is then
 * called with the ticket and the verdict. Only the newest password waits for its turn.
 * @param {[...Parameters<Work>, Elsewhere]} job
 */
export default (...[, inputs,, signal, say, elsewhere]) => new Promise((ready, failed) => {
  /** @type {[ticket: number, password: string] | 0 | undefined} */
  let waiting;
  const given = [import.meta.url, ...inputs];
  // A caller that waits for it is not kept for ever.
  signal.addEventListener("abort", failed);
  elsewhere((worker, fail) => {
    /** @type {typeof waiting} */
    let busy;
    const next = () => {
      if (busy = waiting) worker.postMessage(waiting);
      waiting = 0;
    };
    worker.onmessage = ({data}) => {
      if (!data) return fail();
      if (data !== true) {
        say(...data);
        return next();
      }
      // A worker that was ready has no second way to be tried.
      worker.onerror = () => worker.terminate();
      ready((/** @type {[number, string]} */ ...job) => {
        waiting = job;
        busy || next();
      });
    };
    worker.postMessage(given);
  }, () => judging(given).then(judge => idle(() => {
    judge(WARM_UP);
    ready((/** @type {[number, string]} */ ...job) => {
      waiting || idle(() => {
        const [ticket, password] = waiting || job;
        waiting = 0;
        if (!signal.aborted) say(ticket, judge(password));
      });
      waiting = job;
    });
  })).catch(failed));
});
