import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { storeNotification, storingOf } from "../../src/intake.ts";
import { clear, configWith, notificationFrom } from "../fixtures.ts";
import { sampleOf } from "../kinds/samples.ts";
import { signedIn, visit } from "./browse.ts";

beforeEach(clear);

it("shows a deposit without the payer's name and account number", async () => {
  const deposit = JSON.stringify(sampleOf("online.deposit"));
  const notification = notificationFrom(deposit, {}, "/kicc/online");
  const storing = storingOf(configWith().storing, notification, crypto.randomUUID(), Date.now());
  const { id } = await storeNotification(env.DB, notification, storing);
  const page = await (await visit(`/console/notifications/${id}`, { cookie: await signedIn() })).text();
  expect(page).toContain("ORD-20260309-0400");
  expect(deposit).toContain("79000000000001");
  for (const personal of ["홍길동", "79000000000001"]) expect(page).not.toContain(personal);
});
