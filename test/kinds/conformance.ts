// What every kind must hold: one suite, run over the samples of each kind.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ending, ACKS, SEPARATORS, ack } from "../../src/kinds/ack.ts";
import { jsonNameOf } from "../../src/kinds/legacy-names.ts";
import { plainId } from "../../src/kinds/identity.ts";
import { type Kind, COMMON_NAMES } from "../../src/kinds/kind.ts";
import { comparableOf } from "../../src/kinds/make-notification.ts";
import { type Readable, readNotification } from "../../src/kinds/read.ts";
import { REGISTRY, type Registry } from "../../src/kinds/registry.ts";
import { NOON_KST, bytesOf } from "./samples.ts";

type Json = Readonly<Record<string, unknown>>;
const ENDINGS = Object.keys(ACKS) as Ending[];
const OPTIONAL = [
  "mallId",
  "shopOrderNo",
  "pgCno",
  "cancelPgCno",
  "cancelDate",
  "approvalDate",
  "amountInfo",
  "amount",
  "cancelAmount",
  "transactionDate",
  "statusCode",
  "tlfSno",
  "depositPgCno",
  "accountNo",
];

export function holdsAsKind(
  kind: Kind,
  samples: readonly string[],
  forms: readonly string[] = [],
  registry: Registry = REGISTRY,
): void {
  const door = registry.doorAt(kind.door);
  if (door === null) throw new Error(`Cannot find door ${kind.door}`);

  function readText(text: string): Readable {
    const reading = readNotification(bytesOf(text), "application/json; charset=utf-8", door ?? "any", registry);
    if (!reading.readable) throw new Error(`Cannot read ${text}`);
    return reading;
  }
  const read = (message: Json) => readText(JSON.stringify(message));
  const tell = (text: string, receivedAt = NOON_KST) =>
    comparableOf(readText(text), { source: "notification", reference: null, body: bytesOf(text), receivedAt });
  const id = (text: string, receivedAt = NOON_KST) => plainId(kind, tell(text, receivedAt));
  const { relate, event } = kind.identity;
  // JSON.parse would lose digits of ids that come as bare numbers.
  const texts = samples.map((text) => text.replaceAll(/:(\d{16,})/g, ':"$1"'));
  const messages: readonly Json[] = texts.map((text) => JSON.parse(text));
  const named = messages.filter((message) => event(tell(JSON.stringify(message))) !== null);

  describe(`the kind ${kind.name}`, () => {
    it("has samples to be tried with", () => {
      expect(samples.length).toBeGreaterThan(0);
    });

    it.each(samples)("is what KICC's sample is read as at its door: %s", (text) => {
      const reading = readText(text);
      const message = messages[samples.indexOf(text)] ?? {};
      expect(reading).toMatchObject({ kind, dialect: "json", charset: "utf-8", ambiguous: false, atOtherDoor: false });
      expect(reading.fields.kind).toBe(kind.name);
      for (const name of COMMON_NAMES)
        expect(reading.fields[name]).toBe(message[name] === "" ? null : (message[name] ?? null));
    });

    it.each(forms)("is what the older interface's sample is read as: %s", (form) => {
      const reading = readNotification(bytesOf(form), "application/x-www-form-urlencoded", door, registry);
      expect(reading).toMatchObject({ readable: true, kind, dialect: "form", ambiguous: false, reply: { as: "text" } });
    });

    it("takes missing, null, an empty text and blanks for the same, in each field that may be missing", () => {
      for (const message of messages) {
        for (const name of OPTIONAL.filter((optional) => optional in message)) {
          const { [name]: _left, ...without } = message;
          // Blanks alone are no mark either.
          const readings = [without, ...[null, "", "  "].map((empty) => ({ ...message, [name]: empty }))].map(read);
          for (const { fields, parts } of readings) {
            expect({ fields, parts }).toEqual({ fields: readings[0]?.fields, parts: readings[0]?.parts });
          }
        }
      }
    });

    it("keeps each digit of ids and amounts that come as bare numbers", () => {
      for (const [at, text] of texts.entries()) {
        const bare = text.replaceAll(/"((?:pgCno|cancelPgCno|tlfSno|amount)"\s*:\s*)"([1-9]\d*)"/g, '"$1$2');
        const { fields, parts } = readText(text);
        for (const spelling of [bare, samples[at] ?? ""]) {
          expect(readText(spelling)).toMatchObject({ fields, parts });
          expect(relate(tell(spelling), tell(text))).toBe("same");
        }
      }
    });

    it("passes over unknown fields, nested ones too", () => {
      for (const message of messages) {
        const { fields } = read(message);
        const more = { ...message, zzNew: "1", zzNested: { pgCno: "9", list: [1, { resCd: "9999" }] } };
        expect(read(more)).toMatchObject({ fields, ambiguous: false });
      }
    });

    it("has one id over resends, other texts, other order and another day", () => {
      expect(named.length).toBeGreaterThan(0);
      for (const message of named) {
        const reordered = Object.fromEntries(Object.entries(message).toReversed());
        const other = JSON.stringify({ ...reordered, resMsg: "other words", statusMessage: "other" }, null, 2);
        expect(id(other, NOON_KST + 86_400_000)).toBe(id(JSON.stringify(message)));
      }
    });

    it("tells KICC's samples apart: each is an event of its own", () => {
      expect(new Set(samples.map((text) => id(text))).size).toBe(samples.length);
    });

    it("is itself its own resend, and contradicts nothing by lacking an amount or a mallId", () => {
      for (const text of texts) expect(relate(tell(text), tell(text))).toBe("same");
      for (const message of named) {
        const whole = tell(JSON.stringify(message));
        for (const missing of ["mallId", "amountInfo", "shopOrderNo"]) {
          const poorer = tell(JSON.stringify({ ...message, [missing]: null }));
          expect(relate(poorer, whole)).toBe("same");
          expect(relate(whole, poorer)).toBe("same");
        }
      }
    });

    it("holds a resend with another order number as a conflict", () => {
      for (const message of named) {
        const [one, other] = ["ONE", "OTHER"].map((shopOrderNo) => tell(JSON.stringify({ ...message, shopOrderNo })));
        expect(one && other && relate(one, other)).toBe("conflicts");
      }
    });

    it("looks for others of its event by a number that the two share", () => {
      const found = texts.map((text) => ({ event: event(tell(text)), fields: readText(text).fields }));
      expect(found.every((one) => one.event === null || one.fields[one.event.column] === one.event.value)).toBe(true);
    });

    it("is acked in its own dialect in every ending", async () => {
      const { fields, reply } = readText(samples[0] ?? "");
      for (const ending of ENDINGS) {
        const { status, resCd, resMsg } = ACKS[ending];
        const answer = ack(ending, reply);
        expect(answer.status).toBe(status);
        expect(await answer.json()).toEqual(
          kind.ackHasPgCno ? { resCd, resMsg, pgCno: fields.pgCno } : { resCd, resMsg },
        );
      }
    });

    it.each(forms.slice(0, 1))("is acked by text where it came as a form", async (form) => {
      const { reply } = readNotification(bytesOf(form), null, door, registry);
      for (const ending of ENDINGS) {
        const answer = ack(ending, reply, "us");
        const parts = (await answer.text()).split(SEPARATORS.us);
        expect(parts).toEqual([
          `res_cd=${ACKS[ending].resCd}`,
          expect.stringMatching(/^res_msg=[ -%'-+\--<>-\]_-~]+$/),
        ]);
      }
    });

    it("calls what lacks resCd unreadable, and so what has neither resMsg nor an id", () => {
      const [message = {}] = messages;
      const { resCd: _resCd, ...without } = message;
      expect(readNotification(bytesOf(JSON.stringify(without)), null, door, registry).readable).toBe(false);
      const bare = Object.fromEntries(kind.mark.names.map((name) => [name, kind.mark.value ?? message[name]]));
      const ids = ["cancelPgCno", "pgCno"].some((name) => bare[name] !== undefined);
      expect(readNotification(bytesOf(JSON.stringify({ ...bare, resCd: "1" })), null, door, registry).readable).toBe(
        ids,
      );
    });

    it("calls a field that it reads and that comes twice ambiguous, whatever the values, and shows the last", () => {
      for (const text of samples) {
        const twice = `{"resCd":"W999",${text.slice(1, -1)},"pgCno" : "1","\\u0070gCno":"2"}`;
        const reading = readText(twice);
        expect(reading).toMatchObject({ ambiguous: true, fields: { pgCno: "2" } });
        expect(readText(`${text.slice(0, -1)},"zzOther":1,"zzOther":2}`).ambiguous).toBe(false);
      }
    });

    it("reads its own made-up sample, which is a failure unless it says otherwise", () => {
      const one = kind.sample("9999", 1_768_349_530_123_000, NOON_KST);
      const other = kind.sample("0000", 1_768_349_530_123_002, NOON_KST);
      expect(readText(one.body)).toMatchObject({ kind, fields: { resCd: "9999", resMsg: "TEST" }, ambiguous: false });
      expect(readText(one.body).fields.pgCno).toMatch(/^0000\d{16}$/);
      expect(readText(other.body).fields.resCd).toBe("0000");
      expect(id(one.body)).not.toBe(id(other.body));
      expect(one.contentType).toBe("application/json; charset=utf-8");
    });

    it("names an API of KICC's only where what it answers can be asked for", () => {
      const { statusApi } = kind;
      if (statusApi === null) return;
      const ids = { mallId: "05599001", pgCno: "26011314205510990001", cancelPgCno: "26011409120310990042" };
      expect(statusApi.query(ids)).toMatchObject({
        mallId: ids.mallId,
        [statusApi.announcedBy]: ids[statusApi.announcedBy],
      });
      expect(statusApi.query({ ...ids, [statusApi.announcedBy]: null })).toBeNull();
      expect(statusApi.query({ ...ids, mallId: "9".repeat(61) })).toBeNull();
      expect(statusApi.proves).toContain(statusApi.announcedBy);
    });

    it("reads any values in its fields without throwing, and each text is storable", () => {
      const names = [...COMMON_NAMES, ...OPTIONAL, ...kind.mark.names].filter((name) => kind.reads(name));
      const message = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 12 });
      fc.assert(
        fc.property(message, (values) => {
          const reading = readNotification(
            bytesOf(JSON.stringify({ resCd: "1", resMsg: "ok", ...values })),
            null,
            door,
            registry,
          );
          if (!reading.readable) return;
          for (const text of [...Object.values(reading.fields), ...Object.values(reading.parts)]) {
            expect(text === null || (typeof text === "string" && text.isWellFormed())).toBe(true);
          }
        }),
      );
    });

    it("has one id for its two dialects", () => {
      for (const form of forms) {
        const reading = readNotification(bytesOf(form), null, door, registry);
        if (!reading.readable) throw new Error("Cannot read form");
        const values = [...new URLSearchParams(form)].flatMap(([name, value]) => {
          const known = jsonNameOf(name);
          return known === undefined ? [] : [[known, value]];
        });
        const text = JSON.stringify({ ...Object.fromEntries(values), resMsg: "other" });
        const arrival = { source: "notification", reference: null, body: bytesOf(form), receivedAt: NOON_KST } as const;
        expect(id(text)).toBe(plainId(kind, comparableOf(reading, arrival)));
      }
    });
  });
}
