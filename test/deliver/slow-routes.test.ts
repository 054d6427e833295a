import { expect, it } from "vitest";
import { slowRoutes } from "../../src/deliver/slow-routes.ts";

it("rests a route that hung for ten seconds, then lets one message try, and all when that one comes through", () => {
  const routes = slowRoutes();
  expect(routes.admits("a", 0)).toBe(true);
  routes.saw("a", true, 1000);
  expect([routes.admits("a", 10_999), routes.admits("b", 10_999)]).toEqual([false, true]);
  expect([routes.admits("a", 11_000), routes.admits("a", 11_000)]).toEqual([true, false]);
  routes.saw("a", false, 12_000);
  expect([routes.admits("a", 12_000), routes.admits("a", 12_000)]).toEqual([true, true]);
});
