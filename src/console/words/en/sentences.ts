// Words of what became of a notification, in sentences, in English.
export const sentences = {
  toldBy: (at: string) => `KICC told us on ${at}.`,
  askedAbout: (at: string) => `KICC said so when it was asked, on ${at}.`,
  madeUp: (at: string) => `Made up for a test on ${at}.`,
  tookIt: (at: string) => `Our system took it on ${at}.`,
  waitsFirst: "Our system has not been tried yet.",
  underWay: "An attempt is under way.",
  asking: "KICC is being asked to confirm it first.",
  notYet: (why: string) => `Our system has not taken it yet: ${why}.`,
  nextTry: (at: string) => `The next try is at ${at}.`,
  dueNow: "It is due now.",
  never: (why: string) => `Our system never took it: ${why}. Nothing more is tried until a person sends it again.`,
  isHeld: (why: string) => `It is held and was not delivered: ${why}.`,
  isClosed: "A person dealt with it by hand.",
  noReason: "no reason was kept",
};
