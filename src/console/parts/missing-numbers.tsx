// The numbers of a list that never came, and one button that asks KICC about all of them where it can be asked.
import { ASKED_AT_MOST, askable } from "../ask-about-missing.ts";
import { type Comparison, registerFor } from "../comparison.ts";
import type { Given } from "../given-list.ts";
import { kindNamed, kindsAnnouncedBy } from "../../kinds/registry.ts";
import { grouped } from "../words/format.ts";
import { GroupOf } from "./comparison-result.tsx";
import { COMPARE_PATH } from "./layout.tsx";
import type { View } from "../view.ts";

interface MissingProps {
  readonly v: View;
  readonly comparison: Comparison;
  readonly given: Given;
  /** The numbers that were found, to compare them again when KICC has answered. */
  readonly list: string;
}

export function MissingNumbers({ v, comparison, given, list }: MissingProps) {
  const { w } = v;
  const missing = comparison.compared.filter(({ state }) => state === "missing").length;
  if (missing === 0) return null;
  return (
    <section aria-labelledby="missing">
      <h2 id="missing">{w.compare.groups.missing}</h2>
      {registerFor(comparison.by) === null ? (
        <p>{w.compare.cannotAskOrders}</p>
      ) : (
        <AskAll v={v} comparison={comparison} given={given} list={list} />
      )}
      <p class="faint">{w.compare.online}</p>
      <GroupOf v={v} comparison={comparison} group="missing" />
    </section>
  );
}

function AskAll({ v, comparison, given, list }: MissingProps) {
  const { w, config, language } = v;
  const [own = "", ...others] = config.storing.mallIds ?? [];
  const mallId = given.mallId || (others.length === 0 ? own : "");
  const missing = comparison.compared.filter(({ state }) => state === "missing");
  // Counted as if the merchant's id were given: the form asks for it.
  const count = askable(comparison, mallId || "?").length;
  const lacksMerchant = missing.some(({ number }) => {
    return !comparison.announced.has(number) && (comparison.rows.get(number)?.mallId ?? null) === null;
  });
  const kinds = comparison.by === "pgCno" ? kindsAnnouncedBy("pgCno") : [];
  const hidden = { list, by: comparison.by, flow: given.flow ?? "", from: given.from, to: given.to, ask: "1" };
  return (
    <>
      {count < missing.length && <p>{w.compare.cannotAsk(grouped(missing.length - count))}</p>}
      {count > 0 && (
        <form method="post" action={COMPARE_PATH} enctype="multipart/form-data" class="ask-all">
          {Object.entries(hidden).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <div class="fields">
            {lacksMerchant && (
              <div>
                <label for="mallId">{w.fields.mallId}</label>
                <input id="mallId" name="mallId" value={mallId} required maxlength={60} autocomplete="off" />
              </div>
            )}
            {kinds.length > 0 && (
              <div>
                <label for="kind">{w.compare.askKind}</label>
                <select id="kind" name="kind">
                  {kinds.map((name) => (
                    <option value={name} selected={given.kind === name}>
                      {kindNamed(name)?.title[language]}
                    </option>
                  ))}
                </select>
              </div>
            )}
          </div>
          <button type="submit" class="main">
            {w.compare.ask(grouped(Math.min(count, ASKED_AT_MOST)))}
          </button>
          <p class="faint">{w.compare.askLead(grouped(ASKED_AT_MOST))}</p>
        </form>
      )}
    </>
  );
}
