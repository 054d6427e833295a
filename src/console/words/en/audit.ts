// Words of the audit, in English.
export const audit = {
  when: "When",
  who: "Who",
  what: "What",
  subject: "Of what",
  note: "Note",
  token: "token",
  did: {
    replay: "sent again",
    "replay-many": "sent many again",
    close: "closed",
    test: "sent a test",
    release: "released",
    drop: "dropped",
    "close-many": "closed many",
    "replay-stop": "stopped a replay",
    "alert-test": "sent a test alert",
    look: "looked at the whole body",
    ask: "asked KICC",
    "ask-approval": "asked KICC about an approval",
  },
};
