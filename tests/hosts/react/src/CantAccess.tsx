import type { Outcome } from "@regain/widget/react";

export function CantAccess({ onDone }: { onDone: (outcome: Outcome) => void }) {
  return <regain-access user-field="#user-id" onregain-done={event => onDone(event.detail.outcome)} />;
}
