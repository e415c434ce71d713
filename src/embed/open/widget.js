// @ts-check
// One widget, from where its files are there to its end: what goes on between it and the page.
// Only whole-line comments and indentation are stripped from it for shipping.

import {asksAccount, ask, remember} from "./requests.js";
import {bring, make, page, say} from "./tools.js";

/** Failure of a widget that said so in place. */
export const BROKEN = Error("regain: broken");

/**
 * Shows a widget, and promises how it ends. `full` brings in the full build for a step that the lean one does not know, and
 * `start` opens another flow.
 * @type {(widget: Widget, widgets: Set<Widget>, opening: Begun) => Promise<Ended>}
 */
export const shown = (widget, widgets, opening) => {
  const {api, flow, href, glue, texts, resume, config, opened, tag, language, work, full, start, fields, host, dialog, mayFocus} = opening;
  let {options, root, begun} = opening;
  const {link, key} = widget;
  return new Promise((resolve, reject) => {
    /** @type {Ended["outcome"]} */
    let outcome = "closed";
    /** @type {Step | null} */
    let step = null;
    /** @type {Step | null} */
    let from = null;
    let since = opened;
    /** @type {() => void} */
    let stop;
    /** @type {(type: Parameters<Say>[1], more?: Partial<Detail>) => void} */
    const send = (type, more) => {
      const now = performance.now();
      const detail = {flow, step, from, outcome: null, error: null, ...more, stepMs: Math.round(now - since), totalMs: Math.round(now - opened)};
      say([host, link].find(one => one?.isConnected) || document, type, detail);
      try {
        // @ts-ignore The name of a callback is `on` and the event's.
        options["on" + type[0].toUpperCase() + type.slice(1)]?.(detail);
      } catch (error) {
        reportError(error);
      }
    };
    /** @param {boolean} is */
    const expanded = is => link?.setAttribute("aria-expanded", `${is}`);
    // Put away, it stays so when the page is loaded again.
    /** @param {boolean} is */
    const away = is => remember(key + ":away", is);
    // Brings into sight what is new, to whoever is at it: from its top where that is above.
    const reveal = () => setTimeout(() => {
      const at = dialog ? root : host;
      if (mayFocus()) at.scrollIntoView({block: at.getBoundingClientRect().top < 0 ? "start" : "nearest"});
    });
    // A page of its own is no place to stay.
    /** @param {string} [address] */
    const leaveFor = address => {
      const to = page(address || options.continueUrl);
      if (to) location.assign(to);
    };
    // Empties fields that are not shown any more.
    const empty = () => {
      const fields = root.querySelectorAll("input");
      setTimeout(() => fields.forEach(field => field.isConnected || (field.value = "")));
    };
    // Not from within the handler of a button that goes away with the rest. What is stopped is freed.
    const end = () => {
      if (!widgets.delete(widget)) return;
      setTimeout(stop);
      empty();
      dialog?.close?.();
      send("close", {outcome});
      host.remove();
      expanded(false);
      resolve({outcome});
    };
    Object.assign(widget, {
      show: () => {
        host.hidden = false;
        expanded(true);
        away(false);
        if (dialog && !dialog.open) {
          dialog.showModal();
          root.querySelector("h2")?.focus();
        }
        reveal();
      },
      // It stays as it is, where there is a way back to it.
      hide: () => {
        if (!link) return end();
        dialog?.close?.();
        host.hidden = true;
        expanded(false);
        away(true);
        link.focus();
      },
      toggle: () => host.hidden ? widget.show?.() : widget.hide?.(),
      // It goes; its flow can be resumed.
      leave: end,
      // Says so in words that need nothing of what broke.
      break: () => {
        const [sorry, onward] = texts ? texts.split("\n") : ["Sorry, something went wrong.", "Continue on the full page"];
        const way = make("a", {href, textContent: onward});
        const note = make("p", {textContent: sorry + " "});
        const card = make("section", {className: "card"});
        empty();
        root.className = "root";
        note.setAttribute("role", "alert");
        note.append(way);
        card.append(note);
        root.replaceChildren(card);
        widgets.delete(widget);
        send("error", {error: "broken"});
        reject(BROKEN);
      },
    });
    dialog?.addEventListener("cancel", event => {
      event.preventDefault();
      widget.hide?.();
    });
    widget.show?.();
    send("open");
    /** @type {Events} */
    const on = {
      onStep: name => {
        empty();
        from = step;
        step = name;
        // Phase of the flow: user ID, verification, or the outcome.
        host.dataset.phase = /^(ac|id|si)/.test(name) ? "1" : /^(choose_m|en|an)/.test(name) ? "2" : "3";
        send("step");
        reveal();
        since = performance.now();
      },
      onDone: what => {
        empty();
        send("done", {outcome: outcome = what});
      },
      onError: error => send("error", {error}),
      onClose: () => {
        end();
        if (link) link.focus();
        else if (!fields.userId()) leaveFor();
      },
      onReturn: (userId, continueUrl) => {
        const field = fields.userId();
        if (!field) return leaveFor(continueUrl);
        // Past what a framework put into the field to know its value by: it hears of this one as of a typed one.
        const {set} = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value") || {};
        set ? set.call(field, userId) : field.value = userId;
        field.dispatchEvent(new Event("input", {bubbles: true}));
        field.dispatchEvent(new Event("change", {bubbles: true}));
        (fields.first("input[type=password]", field.form) || field).focus();
      },
      // To a step that only the full one knows.
      onHandOver: (kept, userId) => {
        empty();
        options = {...options, userId};
        full().then(([glue, texts]) => {
          if (!widgets.has(widget)) return;
          stop();
          root.replaceWith(root = make("div"));
          // The kind of account was asked for already.
          mount(glue, texts, kept, true, {...config(), account_types: []});
        }).catch(widget.break);
      },
      onFlow: (flow, userId) => {
        end();
        const href = `${api}/${flow}`;
        start({...options, flow, userId, href, resume: null}).catch(() => location.assign(href));
      },
    };
    /** @type {(glue: Glue, texts: string, resume: string | null, reopened: boolean, config: Config | undefined) => void} */
    const mount = (glue, texts, resume, reopened, config) => void (stop = glue.mount(root, {
      api, flow, key, href, resume, reopened, texts, mayFocus, config,
      language: tag,
      asksAccount: asksAccount(api),
      assertion: options.assertion,
      work: (...job) => bring(work).then(module => module.default(...job, bring, work)),
      userId: options.userId || fields.userId()?.value,
      canReturn: !!(link || fields.userId() || page(options.continueUrl)),
      locale: language,
      ...on,
      hasConfig: !!begun,
      send: async request => {
        const first = begun;
        begun = undefined;
        return await first || ask(request);
      },
    }));
    mount(glue, texts, resume, !!options.resume, config());
    widget.look?.();
  });
};
