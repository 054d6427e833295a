// The console's words in Korean, by page.
import type { Words } from "./words.ts";
import { frame } from "./ko/frame.ts";
import { pages } from "./ko/pages.ts";
import { signIn } from "./ko/sign-in.ts";
import { search } from "./ko/search.ts";
import { states } from "./ko/states.ts";
import { fields } from "./ko/fields.ts";
import { sources } from "./ko/sources.ts";
import { overview } from "./ko/overview.ts";
import { guide } from "./ko/guide.ts";
import { replay } from "./ko/replay.ts";
import { compare } from "./ko/compare.ts";
import { verdict } from "./ko/verdict.ts";
import { notifications } from "./ko/notifications.ts";
import { notification } from "./ko/notification.ts";
import { sentences } from "./ko/sentences.ts";
import { reasons } from "./ko/reasons.ts";
import { problems } from "./ko/problems.ts";
import { quarantine } from "./ko/quarantine.ts";
import { cancellations } from "./ko/cancellations.ts";
import { test } from "./ko/send-test.ts";
import { audit } from "./ko/audit.ts";
import { said } from "./ko/said.ts";
import { format } from "./ko/format.ts";

export const ko: Words = {
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
