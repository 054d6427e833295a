// A choice among all kinds, grouped by product.
import type { Child } from "hono/jsx";
import { KINDS, PRODUCTS } from "../../kinds/registry.ts";
import type { View } from "../view.ts";

interface SelectProps {
  readonly v: View;
  readonly chosen: string;
  /** A product can be chosen too, for all its kinds. */
  readonly hasProducts: boolean;
  /** Options above the kinds. */
  readonly children?: Child;
}

export function KindSelect({ v: { w, language }, chosen, hasProducts, children }: SelectProps) {
  return (
    <select id="kind" name="kind">
      {children}
      {PRODUCTS.map((product) => (
        <optgroup label={w.notifications.products[product]}>
          {hasProducts && (
            <option value={product} selected={chosen === product}>
              {w.notifications.allOf(w.notifications.products[product])}
            </option>
          )}
          {KINDS.filter((each) => each.product === product).map(({ name, title }) => (
            <option value={name} selected={chosen === name}>
              {title[language]}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
