// The glue that wasm-bindgen makes of crates/playground/src/browser.rs, as far as playground.js uses it.

export default function init(from: {module_or_path: Promise<Response>}): Promise<unknown>;

/** The server of the page. */
export class Server {
  constructor(settings: string, api: string);
  handle(method: string, path: string, headers: string, body: Uint8Array): ApiAnswer;
  signIn(userId: string, password: string): string | undefined;
  act(call: string, act: string): void;
  advance(seconds: number): void;
  outbox(): string;
  people(): string;
  languages(): string;
  free(): void;
}

/** An answer of the API. */
export class ApiAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: Uint8Array<ArrayBuffer>;
  free(): void;
}
