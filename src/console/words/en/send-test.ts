// Words of the test page, in English.
export const test = {
  lead: "Sends a made-up notification the whole way: stored, queued, signed, delivered. Our system sees kicc-source: test.",
  result: "Result to send",
  failure: "A failed cancellation (9999): a handler that knows nothing of tests books nothing",
  success: "A success (0000): only if our system heeds kicc-source: test, or it books a refund of ₩0",
  send: "Send a test",
  watching: "Watching: this page renews itself every 2 seconds.",
  stop: "Stop",
  over: "It is not watched any more.",
  open: "Open this notification",
  last: "The last test",
};
