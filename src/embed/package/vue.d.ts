import type { EmitFn, HTMLAttributes, PublicProps } from "vue";
import type { Attributes, Events, Options, RegainAccessElement } from "./index.js";

export * from "./index.js";

type Emits = { [Type in keyof Events]: (event: Events[Type]) => void };

/** Vue leaves out what is `null`: for `open`, which counts whatever its value. */
type Props = { [Name in keyof Attributes]?: Attributes[Name] | null };

declare module "vue" {
  interface GlobalComponents {
    "regain-access": new () => RegainAccessElement & {
      $props: HTMLAttributes & PublicProps & Props & { options?: Options };
      $emit: EmitFn<Emits>;
    };
  }
}
