// Words of what an action came to, in English.
export const said = {
  done_replay: "It is on its way again.",
  done_replayAll: "They are on their way again, a few at a time.",
  done_close: "It is closed.",
  done_release: "It was taken in: this is the notification.",
  done_drop: "It was dropped.",
  done_ask: "KICC was asked. Its answer is below.",
  done_test: "The test is on its way.",
  refused_conflict: "Nothing was done: its state does not allow it, or changed meanwhile.",
  refused_not_found: "Nothing was done: it is not there any more.",
  refused_invalid: "Nothing was done: something in the form is missing or wrong.",
  refused_settings: "Nothing was done: settings are wrong (see the overview).",
  refused_unavailable: "D1 or the queue did not answer: it may not have been done. Look at its state, then try again.",
  done_stop: "It is stopped.",
  done_alert: "The test alert was sent to every channel.",
  refused_alert: "At least one channel did not take the test alert. The audit names it.",
};
