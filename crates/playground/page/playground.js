// @ts-check
// The playground's page: starts the server that is compiled to WebAssembly, answers the widget's requests with it,
// shows what it sends, and puts the widget's tag into the page as the options say. Everything else is Rust.
import init, {Server} from "./regain-playground.js";

/** @typedef {{id: string, kind: string, to: string, at: string, text?: string, subject?: string, html?: string, status?: string, said?: string[]}} Entry */
/** @typedef {{user_id: string, name: string, password: string | null, state: string | null, facts: [string, string][]}} Card */

/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
const at = (id, type) => {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw Error(`#${id} is missing`);
  return found;
};

/**
 * An element with properties and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 */
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const options = at("options", HTMLFormElement);
/** @param {string} name */
const option = name => {
  const field = options.elements.namedItem(name);
  return field instanceof HTMLSelectElement ? field.value : "";
};

const api = new URL("api", document.baseURI).href;
/** @type {Server} */
let server;

// Flows of a server that was here before the page was loaded again.
const forget = () => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("regain:")) sessionStorage.removeItem(key);
};

const start = () => {
  forget();
  server?.free();
  return server = new Server(JSON.stringify({gates: +option("gates"), captcha: option("captcha")}), api);
};

/**
 * The API's answer to a request.
 * @param {string} method
 * @param {string} address
 * @param {[string, string][]} headers
 * @param {Uint8Array} body
 */
const answer = (method, address, headers, body) => {
  const {pathname, search} = new URL(address);
  const answered = server.handle(method, pathname + search, JSON.stringify(headers), body);
  const reply = {status: answered.status, headers: JSON.parse(answered.headers), body: answered.body};
  answered.free();
  return reply;
};

/**
 * A step's sound, which no request brings in: an element for sounds asks the network itself.
 * @param {string} json
 */
const withSound = json => json.replace(/"audio":"([^"]+)"/, (_, audio) => {
  const {body} = answer("GET", new URL(audio, api + "/").href, [], new Uint8Array());
  let bytes = "";
  for (const byte of body) bytes += String.fromCharCode(byte);
  return `"audio":"data:audio/wav;base64,${btoa(bytes)}"`;
});

const network = window.fetch;
window.fetch = async (resource, init) => {
  const request = new Request(resource, init);
  if (!request.url.startsWith(api + "/")) return network(resource, init);
  const body = new Uint8Array(await request.arrayBuffer());
  const {status, headers, body: bytes} = answer(request.method, request.url, [...request.headers], body);
  setTimeout(show);
  const text = new TextDecoder().decode(bytes);
  const content = [204, 304].includes(status) ? null : text.includes('"audio":') ? withSound(text) : bytes;
  return new Response(content, {status, headers});
};

// The inbox. What is there stays as it is: somebody may be reading it.

/** @type {Map<string, HTMLElement>} */
const shown = new Map();

/** @param {Entry} entry */
const time = ({at}) => make("time", {className: "quiet", dateTime: at}, new Date(at).toLocaleTimeString());

/** @param {Entry} entry @param {string} act @param {string} words @param {boolean} first */
const button = ({id}, act, words, first = false) => {
  const made = make("button", {type: "button", className: first ? "" : "second"}, words);
  if (words.length < 2) made.ariaLabel = `Press ${words}`;
  made.onclick = () => { server.act(id, act); show(); };
  return made;
};

/** @param {Entry} entry */
const folded = ({to, ...entry}, /** @type {string} */ subject) => make("summary", {},
  make("span", {className: "subject", dir: "auto"}, subject),
  make("span", {className: "quiet"}, "to ", make("bdi", {}, to)), time({to, ...entry}));

/** @type {Record<string, (entry: Entry) => HTMLElement>} */
const kinds = {
  mail(entry) {
    const subject = entry.subject ?? "";
    const frame = make("iframe", {title: subject, srcdoc: entry.html});
    frame.setAttribute("sandbox", "");
    const text = make("details", {className: "text"}, make("summary", {}, "Plain text"), make("pre", {dir: "auto"}, entry.text ?? ""));
    return make("details", {className: "card mail", open: true}, folded(entry, subject), frame, text);
  },
  sms(entry) {
    const bubble = make("p", {className: "bubble", dir: "auto"}, entry.text ?? "");
    return make("details", {className: "card mail", open: true}, folded(entry, "Text message"), bubble);
  },
  call(entry) {
    const states = {ringing: "ringing", answered: "answered", not_answered: "not answered", ended: "over"};
    const state = states[/** @type {keyof states} */ (entry.status)];
    const line = make("div", {className: "line"}, make("h3", {className: "subject"}, `Call: ${state}`),
      make("span", {className: "quiet"}, "to ", make("bdi", {dir: "ltr"}, entry.to)), time(entry));
    const said = make("ul", {className: "said", ariaLabel: "Spoken text"},
      ...(entry.said ?? []).map(words => make("li", {dir: "auto"}, `“${words}”`)));
    const row = make("div", {className: "row"});
    if (entry.status == "ringing") row.append(button(entry, "answer", "Answer", true), button(entry, "hang_up", "Don’t answer"));
    if (entry.status == "answered")
      row.append(...["#", "1", "5", "*"].map(key => button(entry, key, key, key == "#")), button(entry, "hang_up", "Hang up"));
    return make("section", {className: "card call"}, line, said, row);
  },
};

function show() {
  /** @type {Entry[]} */
  const entries = JSON.parse(server.outbox());
  const list = at("entries", HTMLElement);
  const ids = new Set();
  /** @type {Element | null} */
  let next = list.firstElementChild;
  for (const entry of entries) {
    const id = `${entry.id} ${entry.status ?? ""} ${entry.said?.length ?? ""}`;
    ids.add(id);
    let element = shown.get(id);
    if (!element) {
      element = kinds[entry.kind](entry);
      Object.assign(element.dataset, {testid: entry.kind, entry: entry.id, status: entry.status ?? ""});
      // The newest mail is the one that is read.
      if (entry.kind != "call") for (const older of shown.values()) older.removeAttribute("open");
      shown.set(id, element);
      at("news", HTMLElement).textContent = entry.kind == "call" ? `A call is ${entry.status}.` : "There is a new message.";
    }
    if (element != next) list.insertBefore(element, next);
    next = element.nextElementSibling;
  }
  for (const [id, element] of shown) if (!ids.has(id)) {
    shown.delete(id);
    element.remove();
  }
  at("empty", HTMLElement).hidden = entries.length > 0;
}

// The host page, with the tag that the options make.

const words = {
  reset: "Can’t access your account?",
  unlock: "Unlock your account",
  change: "Change your password",
  register: "Your security info",
};
let tags = 0;

const stage = () => {
  const flow = /** @type {keyof words} */ (option("flow")), locale = option("locale"), scheme = option("scheme");
  const stage = at("stage", HTMLElement);
  Object.assign(stage.dataset, {scheme, look: option("look")});
  at("frame", HTMLElement).dataset.width = option("width");
  const isRight = ["Arab", "Hebr"].includes(new Intl.Locale(locale).maximize().script ?? "");
  stage.dir = option("dir") || (isRight ? "rtl" : "ltr");
  // Another name each time: the loader goes on listening for the links of former tags.
  const id = `opening-${++tags}`;
  const link = make("a", {id, href: "#stage"}, words[flow]);
  const script = make("script", {src: "dist/regain.js", async: true});
  /** @type {Record<string, string>} */
  const data = {link: `#${id}`, api, flow, userField: "#user-id", locale, theme: scheme || "auto", mode: option("mode"), render: option("render")};
  Object.assign(script.dataset, data);
  at("opening", HTMLElement).replaceChildren(make("p", {}, link), script);
  const told = Object.entries({...data, link: "#cant-access"}).filter(([name, value]) => !["api", "userField"].includes(name) && !["reset", "auto", "inline", "shadow"].includes(value));
  at("tag", HTMLElement).textContent =
    `<a id="cant-access" href="https://recover.example.com/${flow}">${words[flow]}</a>\n`
    + `<script src="https://recover.example.com/regain.js" ${told.map(([name, value]) => `data-${name}="${value}"`).join(" ")} async></script>`;
};

const people = () => {
  /** @type {Card[]} */
  const everyone = JSON.parse(server.people());
  const cards = everyone.map(({user_id, name, password, state, facts}) => {
    const heading = make("h3", {}, name, ...(state ? [make("span", {className: "badge"}, state)] : []));
    /** @param {[string, string][]} pairs */
    const list = pairs => make("dl", {}, ...pairs.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, make("code", {}, value))]));
    const use = make("button", {type: "button"}, `Try as ${name.split(" ")[0]}`);
    use.onclick = () => {
      const field = at("user-id", HTMLInputElement);
      field.value = user_id;
      at("password", HTMLInputElement).value = "";
      at("stage", HTMLElement).scrollIntoView({block: "start"});
      field.focus({preventScroll: true});
    };
    const card = make("li", {className: "card"}, heading, list([["User ID", user_id], ["First password", password ?? "none"]]));
    if (facts.length) card.append(make("details", {}, make("summary", {}, `Methods (${facts.length})`), list(facts)));
    card.append(use);
    return card;
  });
  at("cards", HTMLElement).replaceChildren(...cards);
};

const codes = () => {
  // Only the codes of the apps change, and nobody's open details are to close.
  const fresh = JSON.parse(server.people()).flatMap((/** @type {Card} */ {facts}) => facts.map(([, value]) => value));
  const fields = document.querySelectorAll("#cards details code");
  fields.forEach((field, index) => field.textContent == fresh[index] || (field.textContent = fresh[index]));
};

/** @param {string} words */
const tell = words => at("told", HTMLElement).textContent = words;

const over = () => {
  start();
  stage();
  people();
  show();
  at("welcome", HTMLElement).textContent = "";
};

try {
  await init({module_or_path: fetch(new URL("regain-playground_bg.wasm", import.meta.url))});
  /** @type {string[]} */
  const languages = JSON.parse(start().languages());
  const locale = options.elements.namedItem("locale");
  if (locale instanceof HTMLSelectElement) {
    for (const tag of languages) {
      const name = new Intl.DisplayNames([tag], {type: "language"}).of(tag) ?? tag;
      locale.append(make("option", {value: tag, lang: tag}, name[0].toLocaleUpperCase(tag) + name.slice(1)));
    }
    locale.append(make("option", {value: "en-XA"}, "Pseudo: longer"), make("option", {value: "ar-XB"}, "Pseudo: right to left"));
  }
  people();
  stage();
  options.onsubmit = event => event.preventDefault();
  options.onchange = event => {
    const name = event.target instanceof HTMLSelectElement ? event.target.name : "";
    if (name == "gates" || name == "captcha") {
      over();
      tell("Everyone is back as they were.");
    } else {
      stage();
    }
  };
  for (const [id, seconds, passed] of /** @type {[string, number, string][]} */ ([["minute", 60, "A minute"], ["quarter", 900, "15 minutes"]])) {
    at(id, HTMLButtonElement).onclick = () => {
      server.advance(seconds);
      tell(`${passed} passed for the server; the widget hears of it with its next request.`);
      show();
    };
  }
  at("reset", HTMLButtonElement).onclick = () => { over(); tell("Everyone is back as they were."); };
  at("sign-in", HTMLFormElement).onsubmit = event => {
    event.preventDefault();
    const name = server.signIn(at("user-id", HTMLInputElement).value, at("password", HTMLInputElement).value);
    at("sign-in-error", HTMLElement).hidden = name != undefined;
    at("welcome", HTMLElement).textContent = name == undefined ? "" : `Welcome, ${name}. That password is right.`;
  };
  setInterval(() => {
    if (document.hidden) return;
    show();
    codes();
  }, 1000);
  at("starting", HTMLElement).hidden = true;
  at("playground", HTMLElement).hidden = false;
  document.documentElement.dataset.ready = "";
} catch (error) {
  const failed = at("failed", HTMLElement);
  failed.hidden = false;
  at("starting", HTMLElement).hidden = true;
  failed.textContent = `The playground could not start: ${error instanceof Error ? error.message : error}. Open it from a file server, such as “python3 -m http.server” in its folder.`;
}
