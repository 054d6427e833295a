// Asks KICC about one event with its kind's status API. It settles nothing.
import type { Kind, StatusApi } from "../kinds/kind.ts";
import { kindNamed } from "../kinds/registry.ts";
import type { Delivering } from "../config.ts";
import { ASK_TIMEOUT_MS, askKicc } from "../outbound/kicc-api.ts";
import type { Answer } from "../rules/notification.ts";

/** Nobody else asks about the event meanwhile: KICC's answer, and time to store what it says. */
export const ASK_LEASE_MS = ASK_TIMEOUT_MS + 30_000;

/** The ids that a query is made of. */
interface Asked {
  readonly mallId: string | null;
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
}

/** A kind with a status API. */
export type AskableKind = Kind & { readonly statusApi: StatusApi };

/** Returns null for a kind without a status API. */
export function askableKind(name: string): AskableKind | null {
  const kind = kindNamed(name);
  return kind === null || kind.statusApi === null ? null : { ...kind, statusApi: kind.statusApi };
}

/** Returns null where there are not enough ids to ask with. */
export async function askStatus(
  { mallId, pgCno, cancelPgCno }: Asked,
  api: StatusApi,
  { kiccApiUrl }: Delivering,
): Promise<Answer | null> {
  const query = mallId === null ? null : api.query({ mallId, pgCno, cancelPgCno });
  return query === null ? null : askKicc(kiccApiUrl, api, query);
}
