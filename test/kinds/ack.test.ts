import { describe, expect, it } from "vitest";
import { ACKS, type Ending, type Reply, ack } from "../../src/kinds/ack.ts";
import { read, readable } from "./given.ts";
import { FORM_SAMPLES, JSON_SAMPLES } from "./samples.ts";

const ENDINGS: readonly (readonly [Ending, number, string])[] = [
  ["stored", 200, "0000"],
  ["resent", 200, "0000"],
  ["queued", 200, "0000"],
  ["misconfigured", 503, "5001"],
  ["method", 405, "4050"],
  ["token", 404, "4040"],
  ["path", 404, "4040"],
  ["address", 403, "4030"],
  ["too-large", 413, "4130"],
  ["unreadable", 400, "4000"],
  ["unavailable", 503, "5001"],
];

describe("each ending", () => {
  it("is in this list", () => {
    expect(ENDINGS.map(([ending]) => ending).toSorted()).toEqual(Object.keys(ACKS).toSorted());
  });

  it.each(ENDINGS)(
    "%s is told in JSON, with an empty pgCno where the body was not read",
    async (ending, status, resCd) => {
      const answer = ack(ending);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(answer.headers.get("allow")).toBe(status === 405 ? "POST" : null);
      expect(await answer.json()).toEqual({ resCd, resMsg: expect.stringMatching(/^[A-Za-z0-9 ,]+$/), pgCno: "" });
    },
  );

  it.each(ENDINGS)("%s echoes pgCno, or has none at all for the general webhook", async (ending, status, resCd) => {
    const echoed = ack(ending, { as: "json", pgCno: "26011314205510990001" });
    expect(await echoed.json()).toMatchObject({ resCd, pgCno: "26011314205510990001" });
    const without = ack(ending, { as: "json-without-pgCno" });
    expect(without.status).toBe(status);
    expect(await without.json()).toEqual({ resCd, resMsg: ACKS[ending].resMsg });
  });

  it.each(ENDINGS)("%s is told a form as one line of text, by either separator", async (ending, status, resCd) => {
    const separators = { us: "\u001f", caret: "^" } as const;
    for (const name of ["us", "caret"] as const) {
      const answer = ack(ending, { as: "text" }, name);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      const parts = (await answer.text()).split(separators[name]);
      expect(parts).toEqual([`res_cd=${resCd}`, expect.stringMatching(/^res_msg=[A-Za-z0-9 ]+$/)]);
    }
  });

  it("of a stored form is byte for byte what KICC's samples answer", async () => {
    expect(await ack("stored", { as: "text" }).text()).toBe("res_cd=0000\u001fres_msg=OK");
    expect(await ack("stored", { as: "text" }, "caret").text()).toBe("res_cd=0000^res_msg=OK");
  });
});

describe("the dialect of an ack", () => {
  const CANCEL = JSON_SAMPLES["wechat.cancel"]?.[0] ?? "";
  const DEPOSIT = JSON_SAMPLES["online.deposit"]?.[0] ?? "";
  const FORM = FORM_SAMPLES["online.deposit"]?.[0] ?? "";
  const pgCno = "26011314205510990001";

  it.each<[string, string, string, Reply]>([
    ["a cancellation", CANCEL, "/kicc/wechat/cancel", { as: "json", pgCno }],
    ["a cancellation at the online door", CANCEL, "/kicc/online", { as: "json", pgCno }],
    ["a deposit", DEPOSIT, "/kicc/online", { as: "json-without-pgCno" }],
    ["a deposit at the door of cancellations", DEPOSIT, "/kicc/wechat/cancel", { as: "json-without-pgCno" }],
    ["a form", FORM, "/kicc/online", { as: "text" }],
    ["a form at the door of cancellations", FORM, "/kicc/wechat/cancel", { as: "text" }],
    ["an approval without a pgCno", '{"resCd":"1","resMsg":"x"}', "/kicc/alipay", { as: "json", pgCno: null }],
  ])("of %s is its kind's", (_what, body, at, reply) => {
    expect(readable(body, at).reply).toEqual(reply);
  });

  it.each<[string, string, string, Reply]>([
    ["an object without resCd", `{"pgCno":${pgCno}}`, "/kicc/wechat/cancel", { as: "json", pgCno }],
    ["half an object", '{"resCd":"0000"', "/kicc/wechat/cancel", { as: "json", pgCno: null }],
    ["a form without noti_type", "res_cd=0000&res_msg=ok", "/kicc/alipay", { as: "json", pgCno: null }],
    ["nothing", "", "/kicc/alipay", { as: "json", pgCno: null }],
    ["nothing at the online door", "", "/kicc/online", { as: "json-without-pgCno" }],
    ["blanks at the online door", " \r\n", "/kicc/online", { as: "json-without-pgCno" }],
    ["half an object at the online door", '{"resCd":"0000"', "/kicc/online", { as: "json-without-pgCno" }],
    ["an online object without resCd elsewhere", '{"notiType":"30"}', "/kicc/alipay", { as: "json-without-pgCno" }],
    ["a form without res_cd", "a=b", "/kicc/online", { as: "text" }],
    ["a list at the online door", "[]", "/kicc/online", { as: "text" }],
  ])("of what cannot be read is the door's: %s", (_what, body, at, reply) => {
    const reading = read(body, at);
    expect(reading).toMatchObject({ readable: false, dialect: reply.as === "text" ? "form" : "json" });
    expect(reading.reply).toEqual(reply);
  });
});
