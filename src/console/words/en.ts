// The console's words in English, by page. They name all words: other languages have the same.
import { frame } from "./en/frame.ts";
import { pages } from "./en/pages.ts";
import { signIn } from "./en/sign-in.ts";
import { search } from "./en/search.ts";
import { states } from "./en/states.ts";
import { fields } from "./en/fields.ts";
import { sources } from "./en/sources.ts";
import { overview } from "./en/overview.ts";
import { guide } from "./en/guide.ts";
import { replay } from "./en/replay.ts";
import { compare } from "./en/compare.ts";
import { verdict } from "./en/verdict.ts";
import { notifications } from "./en/notifications.ts";
import { notification } from "./en/notification.ts";
import { sentences } from "./en/sentences.ts";
import { reasons } from "./en/reasons.ts";
import { problems } from "./en/problems.ts";
import { quarantine } from "./en/quarantine.ts";
import { cancellations } from "./en/cancellations.ts";
import { test } from "./en/send-test.ts";
import { audit } from "./en/audit.ts";
import { said } from "./en/said.ts";
import { format } from "./en/format.ts";

export const en = {
  frame,
  pages,
  signIn,
  search,
  states,
  fields,
  sources,
  overview,
  verdict,
  replay,
  compare,
  guide,
  notifications,
  notification,
  sentences,
  reasons,
  problems,
  quarantine,
  cancellations,
  test,
  audit,
  said,
  format,
};
