// Types of what the scripts here hand to each other and to the widget's WebAssembly. Checked by `cargo xtask test`,
// shipped nowhere; what pages see is typed in package/index.d.ts.

type Flow = import("./package/index.js").Flow;
type Outcome = import("./package/index.js").Outcome;
type Failure = import("./package/index.js").Failure;
type Step = import("./package/index.js").Step;
type Detail = import("./package/index.js").Detail;
type Ended = import("./package/index.js").Ended;

/** A file of ours: its name, and what its bytes come to. */
type File_ = readonly [name: string, integrity: string];

/** Files of a build of the widget. */
type Files = readonly [glue: File_, wasm: File_, css: File_];

/** The options of an opening, with what a page does not say itself. */
interface Opening extends Omit<import("./package/index.js").Options, "flow"> {
  flow?: Flow;
  /** The tag or element that it was asked for at. */
  place?: Element;
  /** Id and token of the flow that a reload interrupted. */
  resume?: string | null;
  /** The focused element when the opening was asked for. */
  opener?: Element | null;
  open?: string;
  preload?: string;
}

type Find = (selector: string | Element | null | undefined) => any;
type Make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties?: Record<string, unknown>,
) => HTMLElementTagNameMap[Tag];
type Named = (options: Opening) => { api: string; flow: Flow; key: string };
type Page = (address: string | null | undefined) => string | undefined;
type Fetched = (file: File_) => Promise<Response>;
type Link = (rel: string, file: File_, done: (event: any) => void, failed: (event: any) => void) => HTMLLinkElement;
type Bring = (file: File_) => Promise<any>;
type Build = (files: Files) => Promise<Glue>;
type Say = (at: EventTarget, type: "open" | "step" | "done" | "error" | "close", detail: object) => void;

/** A build of the widget, once its wasm is in it. */
interface Glue {
  default(wasm: Response): Promise<void>;
  /** Shows the widget, and returns what takes it away. */
  mount(root: HTMLElement, options: Mounting): () => void;
}

/** Solves a challenge, or helps with a password: see work.js. */
type Work = (
  kind: string,
  values: string[],
  root: HTMLElement,
  signal: AbortSignal,
  tell: (...told: unknown[]) => void,
) => Promise<unknown>;

/** The language to speak; none for English. */
interface Speech {
  tag?: string;
  /** Its words: those of every flow, and those of the full widget. */
  files: File_[];
  /** The language of what is sent. */
  language: string | undefined;
}

/** Starts the script that it is of as a worker; `here` is called where that cannot be. */
type Elsewhere = (begin: (worker: Worker, fail: () => void) => void, here: () => void) => unknown;

/** A proof of work that is asked for, and where its solver is. */
interface Search {
  salt: string;
  challenge: string;
  max: number;
  base: string;
}

/** The server's public configuration. */
interface Config {
  account_types: unknown[];
}

/** What a module of ours exports: functions of numbers. */
type Exports = Record<string, (...values: any[]) => any>;

/** The options of a widget's WebAssembly: `src/options.rs` reads them. */
interface Mounting extends Events {
  /** Where the API is, without `/v1`. */
  api: string;
  flow: Flow;
  /** The name under which a reload finds the flow in `sessionStorage`. */
  key: string;
  /** The link's own address: the way on without the widget. */
  href: string;
  resume: string | null;
  reopened?: boolean;
  /** True where the page has somewhere to go back to: a field for the user ID, a link, an address. */
  canReturn?: boolean;
  /** What is said in the language, a line each; none for English. */
  texts: string;
  language: string | undefined;
  /** The language of what is sent. */
  locale: string | null | undefined;
  userId: string | undefined;
  /** Where it was there before the widget. */
  config: Config | undefined;
  /** People were asked for the kind of account before: nothing is drawn ahead of the configuration. */
  asksAccount: boolean;
  assertion: import("./package/index.js").Options["assertion"];
  work: Work;
  /** Sends a request. The response has the `offset` of the server's clock in milliseconds, where that is known. */
  send(request: Request): Promise<Response>;
  /** The first request was begun by the loader, and has the configuration with its response. */
  hasConfig: boolean;
  /** Tells if the widget may take the focus. */
  mayFocus(): boolean;
}

/** What a widget tells. */
interface Events {
  onStep(name: Step): void;
  onDone(outcome: Outcome): void;
  onError(failure: Failure): void;
  /** Somebody closed it, or is done. */
  onClose(): void;
  /** Somebody goes back to signing in: with the ID, and where to if the page has no field for that. */
  onReturn(userId: string, continueUrl: string): void;
  /** The flow goes on with a step that only the full build knows: its id and token, and what was typed. */
  onHandOver(kept: string, userId: string): void;
  /** Somebody goes on to another flow. */
  onFlow(flow: Flow, userId: string): void;
}

/** A widget that is open or about to be. */
interface Widget {
  link: HTMLElement | null | undefined;
  key: string;
  ended: Promise<Ended>;
  /** It is in the page's own tree. */
  light?: boolean;
  look?(): void;
  show?(): void;
  hide?(): void;
  toggle?(): void;
  leave?(): void;
  break?(): void;
}

/** The fields of a page around a link. */
interface PageFields {
  /** The first that matches, of a form or of all. */
  first(selector: string, form: HTMLFormElement | null | undefined): HTMLInputElement | undefined;
  /** The field for the user ID. */
  userId(): HTMLInputElement | undefined;
}

/** A widget's place in the page. */
interface Place {
  host: HTMLElementTagNameMap["regain-widget"];
  root: HTMLElement;
  dialog: HTMLDialogElement | null;
  mayFocus(): boolean;
}

/** A widget whose files are there. */
interface Begun extends Place {
  options: Opening;
  api: string;
  flow: Flow;
  href: string;
  glue: Glue;
  texts: string;
  resume: string | null;
  /** The request that begins its flow. */
  begun: Promise<Response | void> | undefined;
  /** The configuration, once it is there. */
  config(): Config | undefined;
  /** The time at which it was asked for. */
  opened: number;
  tag: string | undefined;
  language: string | undefined;
  fields: PageFields;
  work: File_;
  /** Brings in the full build and its words. */
  full(): Promise<[Glue, string]>;
  /** Opens another flow in its place. */
  start(options: Opening): Promise<unknown>;
}

/** The tools that entry.js lends to open.js. */
type Tools = [
  lean: Files,
  named: Named,
  find: Find,
  make: Make,
  page: Page,
  stored: (key: string) => string | null,
  checked: Fetched,
  link: Link,
  bring: Bring,
  build: Build,
  focused: () => Element | null,
  say: Say,
];

/** The tools that open.js lends to entry.js. */
interface Rest {
  open(options: Opening): Promise<Ended>;
  start(options: Opening): Promise<unknown>;
  load(options: Opening): Promise<unknown>;
}

// Names that `cargo xtask dist` puts in.
declare const __REGAIN_OPEN__: File_;
declare const __REGAIN_LEAN__: File_;
declare const __REGAIN_LEAN_WASM__: File_;
declare const __REGAIN_FULL__: File_;
declare const __REGAIN_FULL_WASM__: File_;
declare const __REGAIN_CSS__: File_;
declare const __REGAIN_LIGHT_CSS__: File_;
declare const __REGAIN_WORK__: File_;
declare const __REGAIN_MORE__: File_;
/** The files of each language. */
declare const __REGAIN_FILES__: Record<string, File_[]>;
declare const __REGAIN_SOLVER__: File_;
declare const __REGAIN_OUTSIDE__: File_;
declare const __REGAIN_GENERATE__: File_;
declare const __REGAIN_GENERATOR__: File_;
declare const __REGAIN_STRENGTH__: File_;
declare const __REGAIN_STRENGTH_WASM__: File_;
declare const __REGAIN_BREACHED__: File_;
/** The text of entry.js. */
declare const __REGAIN_ENTRY__: void;

// Names that each loader defines for entry.js, which is inserted into it.
declare const base: string;
declare const home: () => string;
declare const nonce: string;
declare const defaults: Opening;

interface HTMLElementTagNameMap {
  /** A widget's element; one that nothing drives is a copy. */
  "regain-widget": HTMLElement & { end?(): void };
}

interface Window {
  Regain?: {
    open(options?: Opening): Promise<Ended>;
    version: string;
    tag(script: HTMLScriptElement): void;
  };
  /** Trusted types, which not every browser has. */
  trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): any } };
}
