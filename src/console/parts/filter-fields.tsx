// The filters of the list of notifications as fields: kind, merchant, result and a range of Korean time.
import { KINDS, PRODUCTS } from "../../kinds/registry.ts";
import { clockText, instantOf } from "../korean-time.ts";
import { filtersIn } from "../filter-query.ts";
import type { View } from "../view.ts";

/** What the field has; nothing where the address has no time. */
function clockOf(text: string): string {
  const at = instantOf(text);
  return at === null ? "" : clockText(at);
}

/** The state has links of its own: here it only goes along. */
export function FilterFields({ v }: { readonly v: View }) {
  const { w, language } = v;
  const { state, kind = "", mallId = "", result = "", from = "", to = "" } = filtersIn(v);
  const isOpen = [kind, mallId, result, from, to].some((value) => value !== "");
  return (
    <details class="more" open={isOpen}>
      <summary>{w.notifications.filter}</summary>
      {state !== undefined && state !== "overdue" && <input type="hidden" name="state" value={state} />}
      <div class="fields">
        <div>
          <label for="kind">{w.fields.kind}</label>
          <select id="kind" name="kind">
            <option value="">{w.frame.all}</option>
            {PRODUCTS.map((product) => (
              <optgroup label={w.notifications.products[product]}>
                <option value={product} selected={kind === product}>
                  {w.notifications.allOf(w.notifications.products[product])}
                </option>
                {KINDS.filter((each) => each.product === product).map(({ name, title }) => (
                  <option value={name} selected={kind === name}>
                    {title[language]}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </div>
        <div>
          <label for="result">{w.fields.result}</label>
          <select id="result" name="result">
            <option value="">{w.frame.all}</option>
            <option value="success" selected={result === "success"}>
              {w.notifications.success}
            </option>
            <option value="failure" selected={result === "failure"}>
              {w.notifications.failure}
            </option>
          </select>
        </div>
        <div>
          <label for="mallId">{w.fields.mallId}</label>
          <input id="mallId" name="mallId" value={mallId} maxlength={60} autocomplete="off" />
        </div>
        <div>
          <label for="from">{w.notifications.from}</label>
          <input id="from" name="from" type="datetime-local" value={clockOf(from)} />
        </div>
        <div>
          <label for="to">{w.notifications.to}</label>
          <input id="to" name="to" type="datetime-local" value={clockOf(to)} />
        </div>
      </div>
      <button type="submit">{w.notifications.apply}</button>
    </details>
  );
}
