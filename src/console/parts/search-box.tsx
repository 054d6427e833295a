// The search box: one exact number, found in whichever field holds it.
import { HOME } from "./layout.tsx";
import type { View } from "../view.ts";

export function SearchBox({
  v,
  q,
  state,
}: {
  readonly v: View;
  readonly q: string;
  readonly state?: string | undefined;
}) {
  const { w } = v;
  return (
    <search>
      <form method="get" action={`${HOME}/notifications`} class="search">
        <label for="q">{w.search.label}</label>
        <div class="row">
          <input
            id="q"
            name="q"
            type="search"
            value={q}
            maxlength={200}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby="q-hint"
          />
          {state !== undefined && <input type="hidden" name="state" value={state} />}
          <button type="submit" class="main">
            {w.search.submit}
          </button>
        </div>
        <p id="q-hint" class="faint">
          {w.search.hint}
        </p>
      </form>
    </search>
  );
}
