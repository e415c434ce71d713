import type { DetailedHTMLProps, HTMLAttributes } from "react";
// React has Attributes of its own.
import type { Attributes as Given, Events, Options, RegainAccessElement } from "./index.js";

export * from "./index.js";

/** Handlers as properties: React 19. In React 18 use `addEventListener` through a `ref`. */
type Handlers = { [Type in keyof Events as `on${Type}`]?: (event: Events[Type]) => void };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "regain-access": DetailedHTMLProps<HTMLAttributes<RegainAccessElement>, RegainAccessElement> &
        Given &
        Handlers & {
          /** Options beside the attributes: what those can't hold. React 19; in React 18 set it through a `ref`. */
          options?: Options;
        };
    }
  }
}
