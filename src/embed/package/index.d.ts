/** What somebody is here for. `change` and `register` are for people who are signed in. */
export type Flow = "reset" | "unlock" | "change" | "register";

/** What somebody does next. */
export type Step =
  | "account_type"
  | "identify"
  | "sign_in"
  | "choose_method"
  | "enter_code"
  | "answer_call"
  | "answer_questions"
  | "choose_outcome"
  | "new_password"
  | "security_info"
  | "contact_administrator"
  /** One that this version does not know. */
  | "unknown";

/** What somebody got done. */
export type Outcome =
  | "reset"
  | "first_password"
  | "unlocked"
  | "not_locked"
  | "changed"
  | "registered"
  /** The administrators were asked. */
  | "request_sent"
  /** One that this version does not know. */
  | "unknown";

/** What went wrong. */
export type Failure =
  /** The browser has no network. */
  | "offline"
  /** The API cannot be reached. */
  | "unreachable"
  /** The API is out of order. */
  | "server"
  /** Too many requests. */
  | "busy"
  /** The API does not take requests from this page. */
  | "refused"
  /** The flow is over: too old, too many attempts, cancelled. */
  | "ended"
  /** The widget itself broke. It says so, with a way on. */
  | "broken"
  /** The widget could not be brought in, or is not what was shipped. The link's `href` is followed. */
  | "load";

/** The options as attributes of `<regain-access>`. */
export interface Attributes {
  /** Where the API is, without `/v1`. By default the origin of Regain's files. */
  api?: string;
  /** `reset`, unless said otherwise. */
  flow?: Flow;
  /** The user ID, when the page knows it. */
  "user-id"?: string;
  /** A CSS selector of the field that the user ID is taken from and brought back to. */
  "user-field"?: string;
  /** The language, as a BCP 47 tag. By default the page's, else what the browser prefers. */
  locale?: string;
  /** `auto`, as the surrounding page is, unless said otherwise. */
  theme?: "auto" | "light" | "dark";
  /** With a border and a shadow, or flat. By default flat where it lies in an element of the same colour, such as a card. */
  frame?: "card" | "none";
  /** In the page, which is the default, or over it. */
  mode?: "inline" | "dialog";
  /** In a shadow tree, which is the default, or in the page's own. */
  render?: "shadow" | "light";
  /** The words of the link, where Regain makes it. */
  label?: string;
  /** Where the link leads if the widget cannot open. By default the page of that flow at the API. */
  href?: string;
  /** Where to go if the widget cannot open and there is no link. */
  fallback?: string;
  /** Where to go from the end, where the page has no field to go back to and no link. */
  "continue-url"?: string;
  /** A CSS selector of the element to open in. By default after the link. */
  target?: string;
  /** With `change` and `register`: the address at which your back end says who is signed in. */
  assertion?: string;
  /** Opens at once. There or not: whatever its value. */
  open?: boolean | "";
}

/** The options of an opening. */
export interface Options {
  /** Where the API is, without `/v1`. By default the origin of Regain's files. */
  api?: string;
  /** `reset`, unless said otherwise. */
  flow?: Flow;
  /** The user ID, when the page knows it. */
  userId?: string;
  /** The field that the user ID is taken from and brought back to, or a CSS selector of it. */
  userField?: string | Element;
  /** The language, as a BCP 47 tag. By default the page's, else what the browser prefers. */
  locale?: string;
  /** `auto`, as the surrounding page is, unless said otherwise. */
  theme?: "auto" | "light" | "dark";
  /** With a border and a shadow, or flat. By default flat where it lies in an element of the same colour, such as a card. */
  frame?: "card" | "none";
  /** In the page, which is the default, or over it. */
  mode?: "inline" | "dialog";
  /** In a shadow tree, which is the default, or in the page's own. */
  render?: "shadow" | "light";
  /** The words of the link, where Regain makes it. */
  label?: string;
  /** The way on if the widget breaks. By default the link's, else the page of that flow at the API. */
  href?: string;
  /** Where to go if the widget cannot open and there is no link. */
  fallback?: string;
  /** Where to go from the end, where the page has no field to go back to and no link. */
  continueUrl?: string;
  /** The element to open in, or a CSS selector of it. By default after the link. */
  target?: string | Element;
  /** The link or button that it is opened by, and that has the focus again in the end. */
  link?: HTMLElement | null;
  /** With `change` and `register`: what says who is signed in, an address or a function that promises the JWT. */
  assertion?: string | (() => string | Promise<string>);
  /** Called with the detail of each event, for what cannot listen to events. */
  onOpen?(detail: Told["open"]): void;
  onStep?(detail: Told["step"]): void;
  onDone?(detail: Told["done"]): void;
  onError?(detail: Told["error"]): void;
  onClose?(detail: Told["close"]): void;
}

/** What holds for the whole page. */
export interface Configuration extends Options {
  /** Where the package's `files` are served. By default beside the module. */
  base?: string;
  /** The nonce of the page's content security policy. */
  nonce?: string;
}

/** How it ended. */
export interface Ended {
  outcome: Outcome | "closed";
}

/** What every event tells: nothing secret, and nothing of who it is. */
export interface Detail {
  flow: Flow;
  /** The step that somebody is at. `null` before the first. */
  step: Step | null;
  /** The step before it. */
  from: Step | null;
  outcome: Outcome | "closed" | null;
  error: Failure | null;
  /** Milliseconds at the former step, of `regain:step`; else at this one. */
  stepMs: number;
  /** Milliseconds since it was opened. */
  totalMs: number;
}

/** What each event tells. */
export interface Told {
  /** It is open. */
  open: Detail & { outcome: null; error: null };
  /** There is another step. */
  step: Detail & { step: Step; outcome: null; error: null };
  /** Somebody got done what they came for. */
  done: Detail & { outcome: Outcome; error: null };
  /** Something went wrong. */
  error: Detail & { outcome: null; error: Failure };
  /** It is gone. */
  close: Detail & { outcome: Outcome | "closed"; error: null };
}

/**
 * The events. They bubble, and come out of shadow trees. Each has two names, of which templates and JSX can write the
 * second: `regain:done`, `regain-done`.
 */
export type Events = {
  [Type in keyof Told as `regain:${Type}` | `regain-${Type}`]: CustomEvent<Told[Type]>;
};

/** `<regain-access>`: the link or button in it opens the widget in it. */
export interface RegainAccessElement extends HTMLElement {
  /** Options beside the attributes: what those can't hold. They count for the next opening. */
  options: Options;
  /** Opens it, and promises how it ended. */
  show(options?: Options): Promise<Ended>;
}

/** Says what is to hold for every opening that does not say otherwise. */
export function configure(configuration: Configuration): void;

/** Opens a widget and promises how it ended. It rejects where the widget cannot be brought in. */
export function open(options?: Options): Promise<Ended>;

/** The version of Regain. */
export const version: string;

declare global {
  interface HTMLElementTagNameMap {
    "regain-access": RegainAccessElement;
  }
  interface HTMLElementEventMap extends Events {}
  interface DocumentEventMap extends Events {}
  interface WindowEventMap extends Events {}
}
