// @ts-check
// Shows the challenge of an outside service (Cloudflare Turnstile, hCaptcha), whose script is brought
// in only now, and not at all where the page has it already.
// Only whole-line comments and indentation are stripped from it for shipping.

/** @type {Record<string, string>} */
const SERVICES = {
  turnstile: "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
  hcaptcha: "https://js.hcaptcha.com/1/api.js?render=explicit&recaptchacompat=off",
};

/** @type {Record<string, any>} The service, as its script says where it is. */
const page = window;
/** @type {Record<string, Promise<unknown>>} */
const loading = {};
/** @type {(name: string) => Promise<unknown>} */
const load = name => page[name]?.render ? Promise.resolve() : loading[name] ||= new Promise((done, fail) => {
  let src = SERVICES[name];
  try {
    src = self.trustedTypes?.createPolicy("regain-outside-" + name, {createScriptURL: url => url}).createScriptURL(src) ?? src;
  } catch {}
  const script = document.createElement("script");
  script.onload = done;
  const failed = script.onerror = () => {
    script.remove();
    delete loading[name];
    fail();
  };
  script.async = true;
  try {
    script.src = src;
  } catch {
    return failed();
  }
  document.head.append(script);
});

// The service needs an element of the page itself: it is shown through a slot of the widget.
/** @param {Parameters<Work>} job */
export default async (...[name, [sitekey], root, signal, say]) => {
  await load(name);
  if (signal.aborted) return;
  const service = page[name];
  const box = document.createElement("div");
  box.slot = "regain-captcha";
  const {host} = /** @type {ShadowRoot} */ (root.getRootNode());
  (host || root.querySelector("slot[name=regain-captcha]")).append(box);
  const id = service.render(box, {
    sitekey,
    /** @param {string} token */
    callback: token => say(100, token),
    // The box asks again; until it is answered, the server says that the former token is too old.
    "expired-callback": () => signal.aborted || service.reset(id),
    "error-callback": () => say(-1),
  });
  signal.addEventListener("abort", () => {
    service.remove?.(id);
    box.remove();
  });
};
