// The first part of the demo: a few notifications of each product, each with what KICC was told, what D1 holds and what
// the origin got.
import { type OtherKind, inForm, inJson, shapeOf } from "../simulator/kinds.ts";
import { failed, partOf, succeeded } from "../simulator/messages.ts";
import { mannersOf } from "../simulator/products.ts";
import { send } from "../simulator/send.ts";
import { type Stage, say, told } from "./stage.ts";

const STRANGER = "198.51.100.7";
const DELIVERIES = 9;

/** One of each other product, and the older interface's form. */
const OTHERS: readonly (readonly [title: string, kind: OtherKind, asForm: boolean])[] = [
  ["WeChat Pay: a payment was approved", "wechat.approval", false],
  ["Alipay: a payment was approved", "alipay.approval", false],
  ["Online payment: money came into a virtual account", "online.deposit", false],
  ["The same kind as a form in EUC-KR, from a merchant's older contract", "online.deposit", true],
];

/** @returns whether all went as it should */
export async function showFew(stage: Stage): Promise<boolean> {
  const { origin, cancellation } = stage;
  const show = async (title: string, cancelPgCno: string, body: Uint8Array, from?: string): Promise<void> => {
    const before = origin.deliveries.length;
    say(`\n■ ${title}`);
    const answer = await send(stage.receiver.hookUrl, body, from === undefined ? {} : { from });
    say(`  KICC was told   ${told(answer)}`);
    await stage.tell({ cancelPgCno }, before);
  };
  const full = cancellation();
  await show("A full cancellation", full.cancelPgCno, succeeded(full));
  await show("The same again: KICC resends what it thinks was not acked", full.cancelPgCno, succeeded(full));
  const payment = cancellation();
  for (const number of [1, 2]) {
    const part = partOf(payment, number);
    await show(`Partial cancellation ${number} of one payment`, part.cancelPgCno, succeeded(part));
  }
  const doubtful = cancellation();
  await show("A cancellation that fails …", doubtful.cancelPgCno, failed(doubtful));
  await show("… and then succeeds", doubtful.cancelPgCno, succeeded(doubtful));
  const forged = cancellation();
  await show(`A stranger, from ${STRANGER}`, forged.cancelPgCno, succeeded(forged), STRANGER);
  for (const [title, kind, asForm] of OTHERS) {
    const { door, product, tells } = shapeOf(kind);
    const it = cancellation();
    const body = asForm ? inForm(tells(it), "euc-kr") : inJson(tells(it));
    const before = origin.deliveries.length;
    say(`\n■ ${title}`);
    const answer = await send(stage.receiver.url + door, body, mannersOf(product, body));
    say(`  KICC was told   ${told(answer)}`);
    await stage.tell({ shopOrderNo: it.shopOrderNo }, before);
  }

  const wrong = origin.deliveries.filter(({ verified }) => !verified).length;
  const well = wrong === 0 && origin.deliveries.length === DELIVERIES;
  const count = `${origin.deliveries.length} deliveries of ${DELIVERIES}, ${wrong} wrong signatures`;
  say(`\n${well ? "All went as it should" : "Something went wrong"}: ${count}.`);
  return well;
}
