// As where cookies are forbidden: to ask for it is an error already.
Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("forbidden", "SecurityError"); } });
