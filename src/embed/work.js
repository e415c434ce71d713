// @ts-check
// Does what the widget needs a script of its own for, and is brought in only then. A proof of work is
// done by a worker with the solver's WebAssembly; where the page allows no worker, in slices on the
// page's own thread. Whatever else there is has a script of its own again.
// Only whole-line comments and indentation are stripped from it for shipping.

/**
 * Tries the numbers in turn and resolves to the one, or to -1. The solver is beside `base`. It calls `tell` with the percentage
 * that is behind it, and waits for `rest` after each slice of some milliseconds.
 * @type {(job: Search, tell: (percent: number) => unknown, rest: () => unknown) => Promise<number>}
 */
const search = async ({salt, challenge, max, base}, tell, rest) => {
  const [name, integrity] = __REGAIN_SOLVER__;
  const wasm = await fetch(new URL(name, base), {integrity});
  const {instance} = await WebAssembly.instantiate(await wasm.arrayBuffer());
  const exports = /** @type {Exports} */ (instance.exports);
  exports.begin();
  for (const byte of new TextEncoder().encode(salt)) exports.salt(byte);
  for (const byte of challenge.match(/../g) || []) exports.target(parseInt(byte, 16));
  for (let from = 0, size = 500; from <= max;) {
    const begun = performance.now();
    const to = Math.min(from + size, max);
    const found = exports.within(from, to);
    if (found >= 0) return found;
    from = to + 1;
    // Half as many as the numbers of 8 milliseconds, lest another page makes the machine slower.
    size = Math.ceil(Math.min(2 * size, 4 * size / (performance.now() - begun || 1)));
    tell(Math.floor(from / max * 100));
    await rest();
  }
  return -1;
};

// In the worker.
if (!self.document) {
  let told = 0;
  onmessage = async ({data}) => {
    /** @param {number} percent */
    const tell = percent => percent > told && postMessage({percent: told = percent});
    postMessage({number: await search(data, tell, () => {}).catch(() => -1)});
  };
}

/** @type {(job: Search, signal: AbortSignal, heard: (heard: {percent?: number, number?: number}) => void) => void} */
const workHere = (job, signal, heard) => {
  // Typing comes first: a keystroke is handled before the next slice.
  const rest = () => new Promise((go, no) => setTimeout(() => signal.aborted ? no() : go(0)));
  search(job, percent => heard({percent}), rest).then(number => heard({number}), () => heard({number: -1}));
};

// Under trusted types only a policy may name scripts; one that forbids ours leaves the page's thread.
/** @type {{createScriptURL(url: string): any} | undefined} */
let policy;
/** @param {string} url */
const trusted = url => {
  try {
    policy ||= self.trustedTypes?.createPolicy("regain-work", {createScriptURL: url => url});
  } catch {}
  return policy ? policy.createScriptURL(url) : url;
};

/**
 * Starts a script of ours as a worker, which `begin` is given along with what to call when it is of no
 * use; `here` is called then. A worker that loads its script by itself checks nothing, so it is given the
 * bytes that were checked.
 * @type {(file: File_, signal: AbortSignal, ...ways: Parameters<Elsewhere>) => Promise<void>}
 */
const elsewhere = async ([name, integrity], signal, begin, here) => {
  /** @type {Worker | undefined} */
  let worker;
  const fail = () => {
    worker?.terminate();
    if (!signal.aborted) here();
  };
  try {
    const script = await (await fetch(new URL(name, import.meta.url), {integrity})).text();
    if (signal.aborted) return;
    const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
    const begun = worker = new Worker(trusted(url), {type: "module"});
    signal.addEventListener("abort", () => {
      begun.terminate();
      URL.revokeObjectURL(url);
    });
    begun.onerror = fail;
    begin(begun, fail);
  } catch {
    fail();
  }
};

const OUTSIDE = __REGAIN_OUTSIDE__, GENERATE = __REGAIN_GENERATE__;
/** @type {Record<string, File_>} */
const SCRIPTS = {
  turnstile: OUTSIDE,
  hcaptcha: OUTSIDE,
  strength: __REGAIN_STRENGTH__,
  suggest: GENERATE,
  copy: GENERATE,
  breached: __REGAIN_BREACHED__,
};

/**
 * Solves a challenge until `signal` says to stop. `tell` is called with the percentage that is done,
 * with 100 and the solution, or with -1 where there is none to be had. `bring` brings in a script of ours;
 * `own` is this one.
 * @param {[...Parameters<Work>, Bring, File_]} job
 */
export default async (...job) => {
  const [kind, values, root, signal, tell, bring, own] = job;
  /** @type {(...told: any[]) => unknown} */
  const say = (...told) => signal.aborted || tell(...told);
  if (kind) {
    const {default: work} = await bring(SCRIPTS[kind]);
    return work(kind, values, root, signal, say, /** @type {Elsewhere} */ ((...ways) => elsewhere(SCRIPTS[kind], signal, ...ways)));
  }
  const [algorithm, salt, challenge, signature, max] = values;
  const task = {salt, challenge, max: +max, base: import.meta.url};
  /** @param {{percent?: number, number?: number}} heard */
  const heard = ({percent, number = -1}) => {
    if (number >= 0) say(100, btoa(JSON.stringify({algorithm, challenge, number, salt, signature})));
    else say(percent ?? -1);
  };
  elsewhere(own, signal, (worker, fail) => {
    worker.onmessage = ({data}) => {
      if (data.number < 0) return fail();
      if (data.number >= 0) worker.terminate();
      heard(data);
    };
    worker.postMessage(task);
  }, () => workHere(task, signal, heard));
};
