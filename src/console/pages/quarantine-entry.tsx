// One of the quarantine: what came, what to make of it, and release or drop.
import { isIP } from "node:net";
import { readNotification } from "../../kinds/read.ts";
import { doorAt } from "../../kinds/registry.ts";
import { showBody } from "../../kinds/personal.ts";
import { type Quarantined, findQuarantined, whereKept } from "../../store/quarantine.ts";
import { pretty, visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Action, Ask, Facts, Text, TimeFromNow } from "../parts/elements.tsx";
import type { View } from "../view.ts";

/** @returns null where there is none of that id */
export async function quarantinedPage(v: View, id: string) {
  const kept = await findQuarantined(v.db, id);
  if (kept === null) return null;
  const { w } = v;
  const { masked: text, charset } = showBody(kept.body, kept.contentType);
  const readable = kept.whole && readNotification(kept.body, kept.contentType, whereKept(kept)).readable;
  const here = `${HOME}/quarantine/${id}`;
  return (
    <Layout v={v} title={w.quarantine} at="quarantine">
      <section class="answer held" aria-label={w.q_reason}>
        <p>
          <b>{w[`q_${kept.reason}`]}</b>
        </p>
        {!readable && <p>{kept.whole ? w.q_unreadableLead : w.q_partLead}</p>}
        <div class="actions">
          {readable && <Action to={`${here}/release`} label={w.release} kind="main" />}
          <Ask to={`${here}/drop`} label={w.drop} lead={w.dropLead} doIt={w.dropDo} />
        </div>
      </section>
      <Advice v={v} kept={kept} />
      <section aria-labelledby="receipt">
        <h2 id="receipt">{w.receipt}</h2>
        <Facts
          facts={[
            [w.r_receivedAt, <TimeFromNow at={kept.receivedAt} v={v} />],
            [w.q_from, <Text text={kept.address} />],
            [w.r_contentType, <Text text={kept.contentType} />],
            [w.f_reference, kept.reference && <Text text={kept.reference} />],
            [w.r_id, <code>{kept.id}</code>],
          ]}
        />
      </section>
      <section aria-labelledby="body">
        <h2 id="body">{w.body}</h2>
        <p class="faint">{w.bodyLead(kept.body.length, charset)}.</p>
        <pre tabindex={0} aria-labelledby="body">
          {visible(pretty(text) ?? text)}
        </pre>
      </section>
    </Layout>
  );
}

/** Which setting may be behind it, and its value ready to copy. */
function Advice({ v: { w, config }, kept }: { readonly v: View; readonly kept: Quarantined }) {
  if (kept.reason === "token") {
    return (
      <section class="advice" aria-labelledby="advice">
        <h2 id="advice">{w.q_staleToken}</h2>
        <p>{w.q_staleTokenLead}</p>
      </section>
    );
  }
  const { sources } = config.operating;
  const known = Object.values(sources).flat();
  const product = doorAt(kept.door ?? "")?.product ?? "wechat";
  const setting = [...(sources[product] ?? []), kept.address].join(",");
  // Locally a caller may say anything; and one from a known address was refused for something else.
  if (kept.reason !== "address" || isIP(kept.address ?? "") === 0 || known.includes(kept.address ?? "")) return null;
  return (
    <section class="advice" aria-labelledby="advice">
      <h2 id="advice">{w.q_newAddress}</h2>
      {kept.knewToken && <p>{w.q_knewLead}</p>}
      <p>{w.q_newAddressLead}</p>
      <pre tabindex={0}>{`KICC_SOURCES = "${setting}"`}</pre>
    </section>
  );
}
