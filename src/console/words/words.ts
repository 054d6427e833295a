// The language of a page: the cookie of the switch, else Accept-Language, else English.
import { en } from "./en.ts";
import { ko } from "./ko.ts";

export type Language = "en" | "ko";

/** Each language has the same keys, at every depth. A function takes the same arguments. */
type Same<Texts> = Texts extends (...given: infer Given) => string
  ? (...given: Given) => string
  : Texts extends string
    ? string
    : { readonly [Key in keyof Texts]: Same<Texts[Key]> };

export type Words = Same<typeof en>;

export const WORDS: Readonly<Record<Language, Words>> = { en, ko };

export function asLanguage(text: string | undefined): Language | null {
  return text === "en" || text === "ko" ? text : null;
}

/** The language of ours that Accept-Language prefers. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((entry) => {
      const [tag = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((each) => each.startsWith("q="));
      return { language: asLanguage(tag.split("-")[0]), weight: weight ? Number(weight.slice(2)) || 0 : 1 };
    })
    .filter(({ language, weight }) => language !== null && weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  return wanted[0]?.language ?? "en";
}
