// Words of why a notification is held or dead, in English.
export const reasons = {
  contradicts: "KICC reports a failure after it reported a success",
  conflict: "another amount or currency for the same cancellation",
  superseded: "a success of the same cancellation came before this failure was delivered",
  foreign: "its mallId is not one of ours (MALL_IDS)",
  unconfirmed: "KICC did not confirm it when asked",
  exhausted: "all tries are used up",
  gone: "our system answered 410 Gone",
};
