delete globalThis.Worker;
