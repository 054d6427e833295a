// What KICC and the merchant do in one case: the result, its notification, the announcement, each at its time.
import type { Kicc } from "../simulator/kicc.ts";
import type { Agenda } from "./agenda.ts";
import type { Receiver } from "./call.ts";
import { type Sending, tellOne } from "./kicc.ts";
import type { Case } from "./losing.ts";
import { announce, askNow } from "./merchant.ts";

export interface World {
  readonly kicc: Kicc;
  /** When KICC is first asked about a cancellation. */
  readonly firstQuery: (cancelPgCno: string) => Promise<void>;
  readonly receiver: Receiver;
  readonly agenda: Agenda;
  /** The URL is the notifyUrl with its token. */
  readonly sending: Sending;
}

/** How far it has come. */
export interface Course {
  readonly one: Case;
  /** By body; empty until KICC is through. */
  acked: readonly boolean[];
  isAnnounced: boolean;
}

/** Begins with the request, which KICC has taken; ends when nothing more is to come from outside. */
export async function follow(course: Course, world: World): Promise<void> {
  const { agenda, kicc } = world;
  const { story, find } = course.one;
  const { amount } = find;
  kicc.register({ ...story.cancellation, amount, cancelStatus: "TS01", resDetailMsg: "취소 접수" });
  await Promise.all([
    agenda.run(() => carryOut(course.one, world)),
    agenda.run(() => notify(course, world)),
    agenda.run(() => tellReceiver(course, world)),
  ]);
}

async function carryOut({ story, find }: Case, { agenda, kicc }: World): Promise<void> {
  if (find.afterMs === Number.POSITIVE_INFINITY) return;
  await agenda.sleep(find.afterMs);
  const { cancelPgCno } = story.cancellation;
  kicc.register({ cancelPgCno, cancelStatus: find.status, resDetailMsg: "취소 성공" });
}

async function notify(course: Course, { agenda, firstQuery, sending }: World): Promise<void> {
  const { story, sent, reference } = course.one;
  if (story.bodies.length === 0) return;
  if (sent.after === "the first query") await agenda.when(firstQuery(story.cancellation.cancelPgCno));
  await agenda.sleep(sent.ms);
  const url = reference === null ? sending.url : new URL(`${sending.url.href}/${reference}`);
  course.acked = await tellOne(story, { ...sending, url });
}

async function tellReceiver(course: Course, { agenda, receiver }: World): Promise<void> {
  const { story, announced } = course.one;
  if (announced === null) return;
  const { cancelPgCno, mallId, pgCno } = story.cancellation;
  const { afterMs, dueAfterSeconds, askedAfterMs, ...known } = announced;
  await agenda.sleep(afterMs);
  const due = dueAfterSeconds === null ? {} : { dueAfterSeconds };
  course.isAnnounced = await announce(receiver, { cancelPgCno, mallId, pgCno, ...known, ...due });
  if (askedAfterMs === null) return;
  await agenda.sleep(askedAfterMs);
  await askNow(receiver, cancelPgCno);
}
