// Signing in with the console token; and plain pages for what does not exist or is not allowed.
import type { Child } from "hono/jsx";
import { HOME, Layout } from "../parts/layout.tsx";
import type { View } from "../view.ts";

/** @param next where to go after signing in: a path of this console */
export function SignIn({
  v,
  problem,
  next,
}: {
  readonly v: View;
  readonly problem: string | null;
  readonly next: string;
}) {
  const { w } = v;
  return (
    <Layout v={v} title={w.signIn.title}>
      <form method="post" action={`${HOME}/sign-in`} class="sign-in">
        <p>{w.signIn.lead}</p>
        {problem !== null && (
          <p class="said refused" role="alert" id="problem">
            {problem}
          </p>
        )}
        <label for="token">{w.signIn.token}</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="current-password"
          aria-describedby="token-hint"
          aria-invalid={problem === null ? undefined : "true"}
        />
        <p id="token-hint" class="faint">
          {w.signIn.tokenHint}
        </p>
        <input type="hidden" name="next" value={next} />
        <button type="submit" class="main">
          {w.signIn.title}
        </button>
      </form>
    </Layout>
  );
}

/** A page of a few words. */
export function Plain({ v, title, children }: { readonly v: View; readonly title: string; readonly children?: Child }) {
  return (
    <Layout v={v} title={title}>
      <p>{children}</p>
      {v.who !== null && (
        <p>
          <a href={HOME}>{v.w.frame.home}</a>
        </p>
      )}
    </Layout>
  );
}
