// The statement that settle was.
import { unreported } from "../../src/store/settle.ts";

const DECIDES = `(ended.state = 'delivered'
  OR notifications.state = 'pending' AND (ended.state = 'pending' OR notifications.tries > 0))`;
export const OLD_SETTLE = `
  UPDATE notifications SET lease_until = NULL, settled_at = ?1,
    history = json_insert(iif(lease_until IS NOT NULL AND attempts > ended.number,
      json_insert(history, '$[#]', ${unreported("'no report before attempt ' || ended.number || ' was accepted'")}),
      history), '$[#]', json(ended.attempt)),
    state = iif(${DECIDES}, ended.state, notifications.state),
    reason = iif(${DECIDES}, ended.reason, notifications.reason),
    next_attempt_at = coalesce(ended.nextAttemptAt, next_attempt_at),
    delivered_at = iif(ended.state = 'delivered', ?1, delivered_at)
  FROM (
    SELECT value ->> '$.id' AS id, value -> '$.attempt' AS attempt, value ->> '$.attempt.number' AS number,
      value ->> '$.decision.state' AS state, value ->> '$.decision.reason' AS reason,
      value ->> '$.decision.nextAttemptAt' AS nextAttemptAt
    FROM json_each(?2)
  ) AS ended
  WHERE notifications.id = ended.id AND iif(ended.state = 'delivered',
    notifications.state IN ('pending', 'held', 'dead') AND attempts >= ended.number,
    notifications.state IN ('pending', 'held') AND attempts = ended.number AND lease_until IS NOT NULL)`;
