// The floor of the benchmark: the smallest Worker that could be called a receiver. It checks nobody, holds nothing,
// delivers nothing.
import { Hono } from "hono";

interface Message {
  readonly resCd: string;
  readonly resMsg: string;
  readonly mallId: string;
  readonly shopOrderNo: string;
  readonly pgCno: string;
  readonly cancelPgCno: string;
  readonly cancelDate: string;
  readonly amountInfo: { readonly currency: string; readonly amount: number };
}

const INSERT = `INSERT INTO notifications (id, state, source, source_address, received_at, content_type, body, mall_id,
    shop_order_no, pg_cno, cancel_pg_cno, res_cd, res_msg, cancel_date, currency, amount, receipt, attempts, tries,
    next_attempt_at)
  VALUES (?1, 'pending', 'notification', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?1, ?9, ?10, ?11, ?12, ?13, '', 0, 0, ?3)
  ON CONFLICT (id) DO NOTHING`;

const app = new Hono<{ Bindings: Pick<Env, "DB" | "DELIVERIES"> }>();

app.post("/kicc/wechat/cancel", async (c) => {
  const body = await c.req.text();
  const message = JSON.parse(body) as Message;
  await c.env.DB.prepare(INSERT)
    .bind(
      message.cancelPgCno,
      c.req.header("cf-connecting-ip") ?? null,
      Date.now(),
      c.req.header("content-type") ?? null,
      body,
      message.mallId,
      message.shopOrderNo,
      message.pgCno,
      message.resCd,
      message.resMsg,
      message.cancelDate,
      message.amountInfo.currency,
      String(message.amountInfo.amount),
    )
    .run();
  c.executionCtx.waitUntil(c.env.DELIVERIES.send(message, { contentType: "json" }));
  return c.json({ resCd: "0000", resMsg: "OK", pgCno: message.pgCno });
});

export default app;
