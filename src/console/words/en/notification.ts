// Words of one notification, in English.
export const notification = {
  title: "Notification",
  sendAgain: "Send it again",
  close: "Close by hand…",
  closeLead: "For one that a person dealt with by hand. It is not delivered any more.",
  closeDo: "Close",
  fields: "What KICC told",
  prettyLead: "set out in lines for reading; what was kept and delivered are the bytes as they came",
  story: "All that KICC told of this payment",
  storyAlone: "Nothing else of this pgCno or order number is known.",
  storyMost: (count: number) => `The newest ${count} are shown.`,
  thisOne: "this one",
  balance: (approved: string, cancelled: string, left: string) =>
    `Approved ${approved}, cancelled ${cancelled}, left ${left}.`,
  balanceUnknown: (cancelled: string) => `Cancelled ${cancelled}. No approval of this payment is known here.`,
  overdrawn: (cancelled: string, approved: string) =>
    `More was cancelled than was ever approved: ${cancelled} of ${approved}. Compare with KICC's admin before you book another refund.`,
  bookOrCancel:
    "The customer has paid. KICC demands that a payment which cannot be booked is cancelled: book it by hand and close this with a note, or cancel the payment at KICC.",
  wasBookedOrCancelled:
    "The customer has paid. A closed one is not delivered: the payment must have been booked by hand, or cancelled at KICC.",
  closePaymentLead:
    "Book the payment by hand, or cancel it at KICC, before you close this: the customer has paid. The note says which. It is not delivered any more.",
  loss: "Money that this order counted on did not come, or was taken back. Stop the shipment, and ask the customer.",
  refundUnbooked:
    "KICC has given the money back. Book the refund by hand and close this with a note, or send it again when our system is well.",
  command: "Send it by hand",
  commandLead:
    "This sends the same bytes from where you sit, signed with your own ORIGIN_SIGNING_SECRET, which is not in here. It is no attempt of the receiver's: nothing of it is recorded.",
  sentHeaders: "Headers that were sent",
  answerHead: "The answer's headers",
  personal: "Personal data are hidden.",
  personalShown: "Personal data are shown. The audit has your look.",
  showPersonal: "Show personal data",
  showPersonalLead: "The audit will say that you looked.",
  contradicts: "Contradicts",
  noAttempts: "Not tried yet.",
  attempt: (number: number) => `Attempt ${number}`,
  accepted: "taken",
  attemptFailed: "failed",
  gone: "gone for good",
  tookMs: (time: string) => `after ${time}`,
  answer: "The origin's answer, up to its first 4 KiB",
  noAnswer: "No answer",
};
