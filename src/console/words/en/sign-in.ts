// Words of signing in, in English.
export const signIn = {
  title: "Sign in",
  lead: "For operators of this receiver. You stay signed in for 12 hours.",
  token: "Console token",
  tokenHint: "CONSOLE_TOKEN of this receiver",
  wrongToken: "That is not the token.",
  tooManyGuesses: "Too many wrong tokens. Wait a minute, then try again.",
  noToken: "CONSOLE_TOKEN is not set, or wrong: nobody can sign in.",
  accessRefused: "Cloudflare Access did not vouch for you.",
  accessAway: "Cloudflare Access cannot be asked just now. Try again.",
};
