// The owner of a token, and the accounts that it reaches.
import type { Account } from "./account.ts";
import { type Handlers, paged } from "./api.ts";

export function userHandlers(accounts: readonly Pick<Account, "id" | "name">[]): Handlers {
  const shown = accounts.map(({ id, name }) => ({ id, name }));
  return {
    "GET /user": () => ({ id: "user-1", email: "merchant@shop.example" }),
    "GET /user/tokens/verify": () => ({ id: "token-1", status: "active" }),
    "GET /accounts": () => paged(shown),
    "GET /memberships": () => paged(shown.map((account) => ({ id: account.id, account, roles: [] }))),
  };
}
