// One entry of the quarantine: what came, what it may mean, and releasing or dropping it.
import { isIP } from "node:net";
import { readNotification } from "../../kinds/read.ts";
import { doorAt } from "../../kinds/registry.ts";
import { showBody } from "../../kinds/personal.ts";
import { type Quarantined, findQuarantined, whereKept } from "../../store/quarantine.ts";
import { pretty, visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Action, AskingAction, Facts, Text, TimeFromNow } from "../parts/elements.tsx";
import type { View } from "../view.ts";

/** @returns null for an unknown id */
export async function quarantinedPage(v: View, id: string) {
  const kept = await findQuarantined(v.db, id);
  if (kept === null) return null;
  const { w } = v;
  const { masked: text, charset } = showBody(kept.body, kept.contentType);
  const readable = kept.whole && readNotification(kept.body, kept.contentType, whereKept(kept)).readable;
  const here = `${HOME}/quarantine/${id}`;
  return (
    <Layout v={v} title={w.pages.quarantine} at="quarantine">
      <section class="answer held" aria-label={w.quarantine.reason}>
        <p>
          <b>{w.quarantine.reasons[kept.reason]}</b>
        </p>
        {!readable && <p>{kept.whole ? w.quarantine.unreadableLead : w.quarantine.partLead}</p>}
        <div class="actions">
          {readable && <Action to={`${here}/release`} label={w.quarantine.release} kind="main" />}
          <AskingAction
            to={`${here}/drop`}
            label={w.quarantine.drop}
            lead={w.quarantine.dropLead}
            doIt={w.quarantine.dropDo}
          />
        </div>
      </section>
      <Advice v={v} kept={kept} />
      <section aria-labelledby="receipt">
        <h2 id="receipt">{w.fields.receipt}</h2>
        <Facts
          facts={[
            [w.fields.receivedAt, <TimeFromNow at={kept.receivedAt} v={v} />],
            [w.quarantine.from, <Text text={kept.address} />],
            [w.fields.contentType, <Text text={kept.contentType} />],
            [w.fields.reference, kept.reference && <Text text={kept.reference} />],
            [w.fields.id, <code>{kept.id}</code>],
          ]}
        />
      </section>
      <section aria-labelledby="body">
        <h2 id="body">{w.fields.body}</h2>
        <p class="faint">{w.fields.bodyLead(kept.body.length, charset)}.</p>
        <pre tabindex={0} aria-labelledby="body">
          {visible(pretty(text) ?? text)}
        </pre>
      </section>
    </Layout>
  );
}

/** Which setting may be the reason, with its new value to copy. */
function Advice({ v: { w, config }, kept }: { readonly v: View; readonly kept: Quarantined }) {
  if (kept.reason === "token") {
    return (
      <section class="advice" aria-labelledby="advice">
        <h2 id="advice">{w.quarantine.staleToken}</h2>
        <p>{w.quarantine.staleTokenLead}</p>
      </section>
    );
  }
  const { sources } = config.operating;
  const known = Object.values(sources).flat();
  const product = doorAt(kept.door ?? "")?.product ?? "wechat";
  const setting = [...(sources[product] ?? []), kept.address].join(",");
  // Locally a caller may send anything as its address. A known address was refused for another reason.
  if (kept.reason !== "address" || isIP(kept.address ?? "") === 0 || known.includes(kept.address ?? "")) return null;
  return (
    <section class="advice" aria-labelledby="advice">
      <h2 id="advice">{w.quarantine.newAddress}</h2>
      {kept.knewToken && <p>{w.quarantine.knewLead}</p>}
      <p>{w.quarantine.newAddressLead}</p>
      <pre tabindex={0}>{`KICC_SOURCES = "${setting}"`}</pre>
    </section>
  );
}
