// Words of the quarantine, in English.
export const quarantine = {
  reason: "Why",
  from: "From",
  begins: "Begins with",
  times: "Times",
  knew: "knew the token",
  lead: "What was refused and may still be KICC's. Release takes one in as if KICC had sent it then.",
  newAddress: "A new address of KICC?",
  newAddressLead:
    "If KICC confirms that this address is theirs, set KICC_SOURCES to this, deploy, and release what waits here:",
  knewLead: "Whoever sent this knew the notifyUrl's token: most likely KICC, calling from a new address.",
  staleToken: "A notifyUrl of old?",
  staleTokenLead:
    "It came from KICC's address with a token that is not valid. Payments made with the old notifyUrl still use it: add the old token to NOTIFY_TOKEN, or release these.",
  unreadableLead: "It cannot be taken in: it stays here until it is dropped.",
  partLead: "Only its beginning was kept: it cannot be taken in.",
  release: "Release",
  drop: "Drop…",
  dropLead: "It is deleted for good.",
  dropDo: "Drop",
  reasons: {
    token: "The notifyUrl's token is missing, wrong or superfluous",
    path: "Posted to a path that is no notifyUrl",
    address: "From an address that is not in KICC_SOURCES",
    "too-large": "Larger than 64 KiB",
    unreadable: "No JSON object with resCd and resMsg",
  },
};
