// The name of a kind as people call it. Kinds that report lost money are bold and coloured.
import { kindNamed } from "../../kinds/registry.ts";
import { visible } from "../words/format.ts";
import type { View } from "../view.ts";

/** A kind that this version does not know is shown by its name. */
export function titleOf(kind: string, { language }: Pick<View, "language">): string {
  return kindNamed(kind)?.title[language] ?? visible(kind);
}

export function KindName({ kind, v }: { readonly kind: string; readonly v: View }) {
  const title = titleOf(kind, v);
  return kindNamed(kind)?.isLoss ? <b class="loss">{title}</b> : <span>{title}</span>;
}
