// Words of the frame of every page, and pages that say what is not there, in English.
export const frame = {
  title: "KICC receiver",
  skip: "Skip to content",
  menu: "Pages",
  otherLanguage: "한국어",
  signOut: "Sign out",
  home: "To the overview",
  notFound: "There is nothing here",
  notFoundLead: "No page or record of that name. It may have been dropped, or pruned after the retention time.",
  forbidden: "The form did not come from this console, so nothing was done. Go back and send it again from here.",
  failed: "D1 does not answer",
  failedLead: "Nothing was changed. Receiving goes on through the queue. Try again in a moment.",
  older: "Older",
  newest: "Newest",
  none: "There are none.",
  all: "All",
};
