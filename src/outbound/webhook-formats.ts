// The request format of each chat service, chosen by the webhook's host. Any other host gets {"text": …}. Pure.

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Service {
  readonly hosts: RegExp;
  /** The most characters that the service takes, or fewer. */
  readonly longest: number;
  readonly form: (text: string, url: URL) => WebhookRequest;
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

/** Slack, Google Chat (at most 4,096 characters), Mattermost, Dooray, and whatever imitates Slack. */
const TEXT: Service = {
  hosts: /^/,
  longest: 4000,
  form: (text) => ({ headers: JSON_TYPE, body: { text } }),
};

const SERVICES: readonly Service[] = [
  {
    // Discord's /slack address takes Slack's format.
    hosts: /^(?:[a-z]+\.)?discord(?:app)?\.com$/,
    longest: 2000,
    form: (text, url) =>
      url.pathname.endsWith("/slack")
        ? TEXT.form(text, url)
        : { headers: JSON_TYPE, body: { content: text, allowed_mentions: { parse: [] } } },
  },
  {
    // Power Automate workflows; older connectors, which take cards too. At most 28 KB.
    hosts: /\.(?:logic\.azure\.(?:com|us|cn)|(?:api\.)?powerplatform\.(?:com|us|cn)|webhook\.office\.com)$/,
    longest: 6000,
    form: (text) => ({ headers: JSON_TYPE, body: { type: "message", attachments: [card(text)] } }),
  },
  {
    hosts: /^api\.telegram\.org$/,
    longest: 4000,
    form: (text, url) => ({
      headers: JSON_TYPE,
      body: { chat_id: url.searchParams.get("chat_id"), text, link_preview_options: { is_disabled: true } },
    }),
  },
  {
    hosts: /^wh\.jandi\.com$/,
    longest: 4000,
    form: (text) => ({
      headers: { ...JSON_TYPE, accept: "application/vnd.tosslab.jandi-v2+json" },
      body: { body: text },
    }),
  },
];

/** The headers and the body for this webhook. A text that is too long for it is cut. */
export function webhookRequestOf(url: URL, text: string): WebhookRequest {
  const { form, longest } = SERVICES.find(({ hosts }) => hosts.test(url.hostname)) ?? TEXT;
  return form(cut(text, longest), url);
}

/** Each line becomes its own block: a line break inside a block would be lost. */
function card(text: string): unknown {
  const blocks = text.split("\n").map((line) => ({ type: "TextBlock", text: line, wrap: true }));
  return {
    contentType: "application/vnd.microsoft.card.adaptive",
    content: {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: blocks,
    },
  };
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

// Dooray and Teams' older connectors may answer 200 although nothing was posted.
const REFUSED = /"isSuccessful"\s*:\s*false|Webhook message delivery failed/i;

/** Why the answer means that the message was not posted; null where it was. @param beginning of the answer's body */
export function refusalOf(status: number, beginning: string): string | null {
  if (status < 200 || status >= 300) return `answered ${status}`;
  return REFUSED.test(beginning) ? `answered ${status}, but did not post it` : null;
}
