// Words of the test page, in English.
export const test = {
  lead: "Sends a made-up notification the whole way: stored, queued, signed, sent, answered. Our system sees kicc-source: test.",
  kind: "Kind to send",
  result: "Result to send",
  failure: "A failure (9999): a handler that knows nothing of tests books nothing",
  success: "A success (0000): only if our system heeds kicc-source: test, or it books ₩0",
  otherResult: "Another code, as KICC sends it:",
  otherCode: "Another code",
  send: "Send a test",
  watching: "Watching: this page renews itself every 2 seconds.",
  stop: "Stop",
  over: "It is not watched any more.",
  open: "Open this notification",
  last: "The last test",
  steps: {
    stored: "Stored in D1",
    queued: "Queued",
    signed: "Signed",
    sent: "Sent to our system",
    answered: "Answered",
  },
  progress: { done: "done", now: "under way", later: "to come", failed: "failed" },
  queuedIn: {
    push: "In the queue of deliveries, which this receiver takes.",
    pull: "Nothing is pushed: your puller takes it when it asks next.",
    queue: "In the queue of deliveries, which your own Worker takes.",
  },
};
