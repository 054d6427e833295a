// Compares a list from KICC or the shop with what came: what is delivered, waits, is dead or held, never came, and what
// is not on the list.
import { isRefusal } from "../../api/perform.ts";
import { pastedText } from "../../rules/pasted-numbers.ts";
import { type Asked, askAboutMissing } from "../ask-about-missing.ts";
import { COMPARED_AT_MOST, type Comparison, compareList } from "../comparison.ts";
import { type Given, NOTHING_GIVEN } from "../given-list.ts";
import { MissingNumbers } from "../parts/missing-numbers.tsx";
import { CompareForm } from "../parts/compare-form.tsx";
import { Groups, UnlistedNumbers } from "../parts/comparison-result.tsx";
import { Summary } from "../parts/comparison-summary.tsx";
import { Layout } from "../parts/layout.tsx";
import type { View } from "../view.ts";
import { grouped } from "../words/format.ts";

/** @param given the content of the form; null where the page is only shown */
export async function comparePage(v: View, given: Given | null) {
  if (given === null) return <Page v={v} given={NOTHING_GIVEN} problem={null} />;
  const { w } = v;
  const { rows } = given.pasted;
  if (given.problem !== null) return <Page v={v} given={given} problem={w.compare[given.problem]} />;
  if (rows.length === 0) return <Page v={v} given={given} problem={w.compare.noneFound} />;
  let comparison = await compareList(v, given);
  // The page checks everything else that the API might refuse before it calls.
  if (isRefusal(comparison) && comparison.refused === "invalid") {
    return <Page v={v} given={given} problem={w.compare.tooFar} />;
  }
  if (isRefusal(comparison)) return comparison;
  let asked: Asked | null = null;
  if (given.asks) {
    asked = await askAboutMissing(v, comparison, given);
    comparison = await compareList(v, given);
    if (isRefusal(comparison)) return comparison;
  }
  return <Page v={v} given={given} problem={null} comparison={comparison} asked={asked} />;
}

/** The list is too large: it was not read. */
export async function tooLargePage(v: View) {
  return <Page v={v} given={NOTHING_GIVEN} problem={v.w.compare.tooLarge} />;
}

interface PageProps {
  readonly v: View;
  readonly given: Given;
  readonly problem: string | null;
  readonly comparison?: Comparison;
  readonly asked?: Asked | null;
}

function Page({ v, given, problem, comparison, asked }: PageProps) {
  const { w } = v;
  const { pasted } = given;
  const list = pasted.rows.length === 0 ? given.text : pastedText(pasted, comparison?.by ?? pasted.by ?? "cancelPgCno");
  return (
    <Layout v={v} title={w.compare.question} at="compare">
      {asked && (
        <p class="said done" role="status">
          {w.compare.answered(grouped(asked.asked), grouped(asked.later), grouped(asked.undone))}
        </p>
      )}
      {pasted.rounded > 0 && <p class="said refused">{w.compare.rounded(grouped(pasted.rounded))}</p>}
      {pasted.rows.length > COMPARED_AT_MOST && (
        <p class="said refused">{w.compare.tooMany(grouped(pasted.rows.length), grouped(COMPARED_AT_MOST))}</p>
      )}
      {comparison && (
        <>
          <Summary v={v} comparison={comparison} isChosen={given.flow !== null} />
          <MissingNumbers v={v} comparison={comparison} given={given} list={list} />
          <Groups v={v} comparison={comparison} />
          <UnlistedNumbers v={v} unlisted={comparison.unlisted} />
        </>
      )}
      <CompareForm v={v} given={given} list={list} problem={problem} />
    </Layout>
  );
}
