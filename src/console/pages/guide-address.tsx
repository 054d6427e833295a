// Guide: KICC calls from a new address. It shows what was refused from where, what to set, and how to release what
// waited.
import { doorAt } from "../../kinds/registry.ts";
import { Table, Text, Time } from "../parts/elements.tsx";
import { HOME, Layout } from "../parts/layout.tsx";
import type { View } from "../view.ts";

/** So many of the newest in quarantine are looked through. */
const LOOKED_AT = "100";

export async function guideAddressPage(v: View) {
  const answer = await v.perform("get /api/quarantine", { limit: LOOKED_AT });
  if ("refused" in answer) return answer;
  const { w, config } = v;
  const g = w.guide.address;
  const refused = answer.quarantine.filter(({ reason, address }) => reason === "address" && address !== null);
  const groups = [...Map.groupBy(refused, ({ address }) => address ?? "")];
  const { sources } = config.operating;
  return (
    <Layout v={v} title={g.title} at="overview">
      <ol class="guide">
        <li>
          <h2>{g.what}</h2>
          {groups.length === 0 ? (
            <p class="well">{g.none}</p>
          ) : (
            <Table
              caption={g.what}
              columns={[
                { head: w.quarantine.from, kind: "key" },
                { head: w.quarantine.times, kind: "number" },
                { head: `${w.fields.receivedAt} (KST)` },
                { head: g.newest },
              ]}
              rows={groups.map(([address, kept]) => [
                <>
                  <Text text={address} />{" "}
                  {kept.some(({ knewToken }) => knewToken) && <span class="tag failure">{w.quarantine.knew}</span>}
                </>,
                kept.length,
                <Time at={kept.at(-1)?.receivedAt ?? 0} />,
                <a href={`${HOME}/quarantine/${kept[0]?.id}`}>
                  <Text text={kept[0]?.excerpt.slice(0, 60) ?? null} />
                </a>,
              ])}
            />
          )}
          <p class="faint">{g.looked(LOOKED_AT)}</p>
        </li>
        <li>
          <h2>{g.ask}</h2>
          <p>{g.askLead}</p>
        </li>
        <li>
          <h2>{g.set}</h2>
          <p>{g.setLead}</p>
          {groups.map(([address, kept]) => {
            const product = doorAt(kept[0]?.door ?? "")?.product ?? "wechat";
            return <pre tabindex={0}>{`${product}: ${[...(sources[product] ?? []), address].join(",")}`}</pre>;
          })}
        </li>
        <li>
          <h2>{g.release}</h2>
          <p>{g.releaseLead}</p>
          <a class="button" href={`${HOME}/quarantine`}>
            {w.pages.quarantine}
          </a>
        </li>
      </ol>
    </Layout>
  );
}
