// The form that takes a list, pasted or as a file, and what is known about the list. It works without scripts.
import { clockText, instantOf } from "../korean-time.ts";
import { type Given, LISTS } from "../given-list.ts";
import { COMPARE_PATH } from "./layout.tsx";
import type { View } from "../view.ts";

interface FormProps {
  readonly v: View;
  readonly given: Given;
  /** The content of the field: after an answer the numbers that were found. */
  readonly list: string;
  readonly problem: string | null;
}

const LINES = 8;

export function CompareForm({ v, given, list, problem }: FormProps) {
  const { w } = v;
  const { by, flow, from, to } = given;
  const isChosen = by !== null || from !== "" || to !== "";
  return (
    <form method="post" action={COMPARE_PATH} enctype="multipart/form-data" class="compare" data-drop={w.compare.drop}>
      {problem !== null && (
        <p class="said refused" role="alert">
          {problem}
        </p>
      )}
      <fieldset class="choices">
        <legend>{w.compare.flow}</legend>
        {([null, "out", "in"] as const).map((name) => (
          <label>
            <input type="radio" name="flow" value={name ?? ""} checked={flow === name} />{" "}
            <span>{w.compare.flows[name ?? "any"]}</span>
          </label>
        ))}
      </fieldset>
      <label for="list">{w.compare.list}</label>
      <textarea id="list" name="list" rows={LINES} autocomplete="off" spellcheck={false} aria-describedby="list-hint">
        {list}
      </textarea>
      <p id="list-hint" class="faint">
        {w.compare.lead}
      </p>
      <label for="file">{w.compare.file}</label>
      <input id="file" name="file" type="file" accept=".csv,.txt,.tsv,.xls,.htm,.html,text/*" />
      <details class="more" open={isChosen}>
        <summary>{w.compare.options}</summary>
        <div class="fields">
          <div>
            <label for="by">{w.compare.by}</label>
            <select id="by" name="by">
              <option value="">{w.compare.findOut}</option>
              {LISTS.map((name) => (
                <option value={name} selected={by === name}>
                  {w.compare.numbers[name]}
                </option>
              ))}
            </select>
          </div>
          <div>
            <label for="from">{w.notifications.from}</label>
            <input id="from" name="from" type="datetime-local" value={clockOf(from)} />
          </div>
          <div>
            <label for="to">{w.notifications.to}</label>
            <input id="to" name="to" type="datetime-local" value={clockOf(to)} />
          </div>
        </div>
        <p class="faint">{w.compare.rangeLead}</p>
      </details>
      <button type="submit" class="main">
        {w.compare.doIt}
      </button>
    </form>
  );
}

function clockOf(text: string): string {
  const at = instantOf(text);
  return at === null ? "" : clockText(at);
}
