// The filters of the list of notifications as fields: kind, merchant, result and a range of Korean time.
import { clockText, instantOf } from "../korean-time.ts";
import { filtersIn } from "../filter-query.ts";
import { KindSelect } from "./kind-select.tsx";
import type { View } from "../view.ts";

/** The content of the field; "" where the address has no time. */
function clockOf(text: string): string {
  const at = instantOf(text);
  return at === null ? "" : clockText(at);
}

/** The state is chosen by links above. Here it is only kept. */
export function FilterFields({ v }: { readonly v: View }) {
  const { w } = v;
  const { state, kind = "", mallId = "", result = "", from = "", to = "" } = filtersIn(v);
  const isOpen = [kind, mallId, result, from, to].some((value) => value !== "");
  return (
    <details class="more" open={isOpen}>
      <summary>{w.notifications.filter}</summary>
      {state !== undefined && state !== "overdue" && <input type="hidden" name="state" value={state} />}
      <div class="fields">
        <div>
          <label for="kind">{w.fields.kind}</label>
          <KindSelect v={v} chosen={kind} hasProducts>
            <option value="">{w.frame.all}</option>
          </KindSelect>
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
