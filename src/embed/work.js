// Does what the widget needs a script of its own for, and is brought in only then. A proof of work is
// done by a worker with the solver's WebAssembly; where the page allows no worker, in slices on the
// page's own thread. Whatever else there is has a script of its own again.
// Only whole-line comments and indentation are stripped from it for shipping.

// Tries the numbers in turn and resolves to the one, or to -1. It calls `tell` with the percentage
// that is behind it, and waits for `rest` after each slice of some milliseconds.
const search = async ({salt, challenge, max}, tell, rest) => {
  const [name, integrity] = __REGAIN_SOLVER__;
  const wasm = await fetch(new URL(name, import.meta.url), {integrity});
  const {instance: {exports}} = await WebAssembly.instantiate(await wasm.arrayBuffer());
  exports.begin();
  for (const byte of new TextEncoder().encode(salt)) exports.salt(byte);
  for (const byte of challenge.match(/../g)) exports.target(parseInt(byte, 16));
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
    const tell = percent => percent > told && postMessage({percent: told = percent});
    postMessage({number: await search(data, tell, () => {}).catch(() => -1)});
  };
}

const workHere = (job, signal, heard) => {
  // Typing comes first: a keystroke is handled before the next slice.
  const rest = () => new Promise((go, no) => setTimeout(() => signal.aborted ? no() : go()));
  search(job, percent => heard({percent}), rest).then(number => heard({number}), () => heard({number: -1}));
};

// Under trusted types only a policy may name scripts; one that forbids ours leaves the page's thread.
let policy;
const trusted = url => {
  try {
    policy ||= self.trustedTypes?.createPolicy("regain-work", {createScriptURL: url => url});
  } catch {}
  return policy ? policy.createScriptURL(url) : url;
};

// Starts a script of ours as a worker, which `begin` is given along with what to call when it is of no
// use. Another way is tried then, and where none is left, `here` is called.
const elsewhere = (script, signal, begin, here) => {
  // A worker's script must come from the page's own origin; one that only imports it may.
  const copy = () => URL.createObjectURL(new Blob([`import ${JSON.stringify(script)}`], {type: "text/javascript"}));
  const attempt = ([url, ...others]) => {
    if (!url) return here();
    let worker;
    const fail = () => {
      worker?.terminate();
      if (!signal.aborted) attempt(others);
    };
    try {
      worker = new Worker(trusted(url()), {type: "module"});
    } catch {
      return fail();
    }
    signal.addEventListener("abort", () => worker.terminate());
    worker.onerror = fail;
    begin(worker, fail);
  };
  const own = () => script;
  attempt(new URL(script).origin == location.origin ? [own, copy] : [copy]);
};

const OUTSIDE = __REGAIN_OUTSIDE__, GENERATE = __REGAIN_GENERATE__;
const SCRIPTS = {
  turnstile: OUTSIDE,
  hcaptcha: OUTSIDE,
  strength: __REGAIN_STRENGTH__,
  suggest: GENERATE,
  copy: GENERATE,
  breached: __REGAIN_BREACHED__,
};

// Solves a challenge until `signal` says to stop. `tell` is called with the percentage that is done,
// with 100 and the solution, or with -1 where there is none to be had. `bring` brings in a script of ours.
export default async (kind, values, root, signal, tell, bring) => {
  const say = (...told) => signal.aborted || tell(...told);
  if (kind) {
    const {default: work} = await bring(SCRIPTS[kind]);
    return work(kind, values, root, signal, say, elsewhere);
  }
  const [algorithm, salt, challenge, signature, max] = values;
  const job = {salt, challenge, max: +max};
  const heard = ({percent, number}) => {
    if (number >= 0) say(100, btoa(JSON.stringify({algorithm, challenge, number, salt, signature})));
    else say(percent ?? -1);
  };
  elsewhere(import.meta.url, signal, (worker, fail) => {
    worker.onmessage = ({data}) => {
      if (data.number < 0) return fail();
      if (data.number >= 0) worker.terminate();
      heard(data);
    };
    worker.postMessage(job);
  }, () => workHere(job, signal, heard));
};
