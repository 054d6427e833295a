// npm run demo -- --lose: a notification that never comes, and how it is delivered all the same.
import { CONSOLE_TOKEN, eventually } from "../e2e/receiver.ts";
import { msgAuthValueOf } from "../simulator/revise.ts";
import { startKicc } from "../simulator/kicc.ts";
import { type Stage, say, startStage } from "./stage.ts";

const SECRET_KEY = "easypay!";

interface Revised {
  readonly resCd: string;
  readonly cancelPgCno: string;
}

/** @returns whether it arrived */
export async function showLost(): Promise<boolean> {
  const kicc = await startKicc({ secretKey: SECRET_KEY, behaviour: { loseNotifications: 1 } });
  const stage = await startStage({ KICC_API_URL: kicc.url });
  try {
    return await rehearse(stage, kicc);
  } finally {
    await stage.close();
    await kicc.stop();
  }
}

async function rehearse(stage: Stage, kicc: Awaited<ReturnType<typeof startKicc>>): Promise<boolean> {
  const { mallId, pgCno, shopOrderNo } = stage.cancellation();
  say("■ The merchant asks KICC to cancel a payment (revise)");
  const shopTransactionId = crypto.randomUUID();
  const request = {
    mallId,
    shopTransactionId,
    pgCno,
    reviseTypeCode: "40",
    cancelReqDate: new Date().toISOString().slice(0, 10).replaceAll("-", ""),
    msgAuthValue: msgAuthValueOf(SECRET_KEY, pgCno, shopTransactionId),
    notifyUrl: stage.receiver.hookUrl,
  };
  const revised = (await call(`${kicc.url}/api/trades/wechatpay/revise`, "POST", request)) as Revised;
  const { cancelPgCno } = revised;
  say(`  KICC answers    ${revised.resCd}, cancelPgCno ${cancelPgCno}`);

  say("\n■ and announces it to the receiver, which will ask if nothing comes");
  const url = `${stage.receiver.url}/api/cancellations/${cancelPgCno}`;
  // Five minutes unless told; for the demo at once.
  const announced = { mallId, pgCno, shopOrderNo, dueAfterSeconds: 0 };
  say(`  the receiver    ${JSON.stringify(await call(url, "PUT", announced)).slice(0, 100)}…`);

  say("\n■ KICC carries it out, but its notification is lost for good");
  await kicc.idle();
  say(`  lost            ${kicc.lost.includes(cancelPgCno) ? cancelPgCno : "nothing, which is not what was wanted"}`);
  await stage.tell({ cancelPgCno }, 0);

  say("\n■ The cron, once a minute, finds it due and asks KICC (Check Cancellation Status)");
  await stage.receiver.cron();
  const query = kicc.queries.at(-1);
  say(`  KICC was asked  ${JSON.stringify(query?.request)}`);
  await eventually(async () => stage.origin.deliveries.length > 0);
  await stage.tell({ cancelPgCno }, 0);
  const after = (await call(url, "GET")) as { readonly state: string };
  say(`  the announced   is ${after.state}`);
  const [delivery] = stage.origin.deliveries;
  const well = after.state === "reconciled" && delivery?.headers["kicc-source"] === "status-api" && delivery.verified;
  say(`\n${well ? "It arrived all the same." : "Something went wrong."}`);
  return well;
}

async function call(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${CONSOLE_TOKEN}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return response.json();
}
