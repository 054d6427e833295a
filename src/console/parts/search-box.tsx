// The search box: finds a number, or the beginning of one, in whichever field has it. A list adds its filters.
import type { Child } from "hono/jsx";
import { HOME } from "./layout.tsx";
import type { View } from "../view.ts";

interface SearchProps {
  readonly v: View;
  readonly q: string;
  /** More fields of the same form. */
  readonly children?: Child;
}

export function SearchBox({ v: { w }, q, children }: SearchProps) {
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
          <button type="submit" class="main">
            {w.search.submit}
          </button>
        </div>
        <p id="q-hint" class="faint">
          {w.search.hint}
        </p>
        {children}
      </form>
    </search>
  );
}
