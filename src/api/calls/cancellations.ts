// The cancellations of contract section 8: announce one, look at one or many, ask KICC about one now.
import * as z from "zod/mini";
import { ASK_TIMEOUT_MS } from "../../outbound/kicc.ts";
import { REFERENCE } from "../../receive/path.ts";
import { askAbout } from "../../inquire/reconciling.ts";
import { audit } from "../../store/audit.ts";
import { takeOne } from "../../store/inquiry.ts";
import { announce, listCancellations, readCancellation } from "../../store/cancellations.ts";
import { lookAtOne } from "../../store/arrivals.ts";
import { cancellation, page, query, shown, shownQuery, writeCursor } from "./cancellation-shape.ts";
import { deliveringOf, operation, refuse } from "../operation.ts";

const PATH = "/api/cancellations/{cancelPgCno}";
const LONGEST_WAIT_SECONDS = 86_400;
const FIRST_ASK_SECONDS = 300;
const TAKEN_MS = ASK_TIMEOUT_MS + 30_000;

// find's fields have 60 bytes; an id is KICC's to shape.
const id = z.string("must be text").check(z.regex(/^[!-~]{1,60}$/, "must be 1 to 60 ASCII characters without spaces"));
const cancelPgCno = z.object({ cancelPgCno: id });

const announcement = z.object({
  cancelPgCno: id,
  mallId: id,
  pgCno: id,
  shopOrderNo: z.nullish(z.string("must be text").check(z.minLength(1), z.maxLength(200))),
  reference: z.nullish(z.string("must be text").check(z.regex(REFERENCE, "must be 1 to 200 of A-Z a-z 0-9 . _ ~ -"))),
  dueAfterSeconds: z._default(
    z.int("must be a whole number").check(z.minimum(0), z.maximum(LONGEST_WAIT_SECONDS)),
    FIRST_ASK_SECONDS,
  ),
});

export const cancellationOperations = [
  operation({
    method: "put",
    path: PATH,
    summary: "Announce a cancellation: KICC is asked about it if its notification does not come",
    forDelivery: true,
    input: announcement,
    answer: cancellation,
    async run({ dueAfterSeconds, shopOrderNo = null, reference = null, ...ids }, { db, now }) {
      const row = await announce(db, { ...ids, shopOrderNo, reference }, dueAfterSeconds * 1000, now);
      return row === null
        ? refuse("conflict", "Announced already with another mallId, pgCno, shopOrderNo or reference")
        : shown(row);
    },
  }),
  operation({
    method: "get",
    path: PATH,
    summary: "One announced cancellation",
    forDelivery: true,
    input: cancelPgCno,
    answer: cancellation,
    async run(input, { db }) {
      await lookAtOne(db, input.cancelPgCno).run();
      const row = await readCancellation(db, input.cancelPgCno);
      return row === null ? refuse("not_found", "No such cancellation") : shown(row);
    },
  }),
  operation({
    method: "get",
    path: "/api/cancellations",
    summary: "Announced cancellations, newest first",
    forDelivery: true,
    input: page,
    answer: z.object({ cancellations: z.array(cancellation), cursor: z.nullable(z.string()) }),
    async run({ state: wanted, cursor, limit }, { db }) {
      const rows = await listCancellations(db, wanted ?? null, cursor ?? null, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { cancellations: rows.slice(0, limit).map(shown), cursor: last ? writeCursor(last) : null };
    },
  }),
  operation({
    method: "post",
    path: `${PATH}/ask`,
    summary: "Ask KICC about a cancellation now; its own instants stay as they are",
    forDelivery: true,
    needsDelivering: true,
    input: cancelPgCno,
    answer: z.extend(cancellation, { answer: query }),
    async run(input, desk) {
      const { db, deliveries, config, now } = desk;
      const taking = { now, until: now + TAKEN_MS };
      const taken = await takeOne(db, input.cancelPgCno, taking);
      if (taken === null) {
        const known = await readCancellation(db, input.cancelPgCno);
        return known === null
          ? refuse("not_found", "No such cancellation")
          : refuse("conflict", "KICC is being asked about it just now");
      }
      const { cancelPgCno: subject } = input;
      await audit(db, { at: now, who: desk.operator, what: "ask", subject, note: null }).run();
      // Asked later than this, KICC might be asked by another before it has answered.
      if (Date.now() > taking.until - ASK_TIMEOUT_MS) return refuse("unavailable", "D1 took too long: try again");
      const asked = await askAbout(taken, taking, taken.dueAt, {
        config,
        delivering: deliveringOf(desk),
        db,
        deliveries,
      });
      return { ...shown(asked.row), answer: shownQuery(asked.entry) };
    },
  }),
] as const;
