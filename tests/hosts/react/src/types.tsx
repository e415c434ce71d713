// What the types of the package take and refuse. Only ever checked, by those of React 18 too.
import { type Ended, type Events, type RegainAccessElement, open, version } from "@regain/widget/react";
import { useRef } from "react";

export function Taken() {
  const access = useRef<RegainAccessElement>(null);
  const show = async () => {
    const ended: Ended | undefined = await access.current?.show({ userId: "ada@example.com", mode: "dialog" });
    return ended?.outcome === "closed" || version;
  };
  const heard = (event: Events["regain:step"]) => event.detail.step.toUpperCase();
  return (
    <regain-access
      ref={access}
      id="access"
      flow="change"
      theme="dark"
      mode="dialog"
      assertion="/assertion"
      user-id="ada@example.com"
      options={{ assertion: async () => "jwt", onDone: ({ outcome }) => outcome.length, onError: ({ error }) => error === "load" }}
      open
      onregain:step={heard}
      onregain:error={event => event.detail.error === "load"}
      onregain-close={event => event.detail.outcome.length}
    >
      <button type="button" onClick={show}>Change my password</button>
    </regain-access>
  );
}

export function Refused() {
  return (
    <>
      {/* @ts-expect-error There is no such flow. */}
      <regain-access flow="recover" />
      {/* @ts-expect-error It is user-id. */}
      <regain-access userId="ada@example.com" />
      {/* @ts-expect-error A step has no outcome. */}
      <regain-access onregain:step={event => event.detail.outcome.length} />
      {/* @ts-expect-error A step has no outcome. */}
      <regain-access options={{ onStep: ({ outcome }) => outcome.length }} />
      {/* @ts-expect-error There is no such event. */}
      <regain-access onregain:end={() => {}} />
    </>
  );
}

export async function scripts(access: HTMLElementTagNameMap["regain-access"]) {
  document.addEventListener("regain:close", ({ detail }) => detail.outcome.length + detail.totalMs);
  access.addEventListener("regain:open", ({ detail }) => detail.flow === "reset");
  const { outcome } = await open({ flow: "unlock", target: document.body, userField: "#user-id" });
  // @ts-expect-error There is no such outcome.
  if (outcome === "opened") return;
  // @ts-expect-error It takes one flow.
  await open({ flow: ["reset", "unlock"] });
}
