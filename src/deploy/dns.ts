// Asks DNS over HTTPS about a hostname. This machine's own resolver would remember for half an hour that the hostname
// does not exist yet.

export type Resolved =
  | { readonly end: "found"; readonly addresses: readonly string[] }
  | { readonly end: "none" }
  | { readonly end: "unknown"; readonly why: string };

const WITHIN_MS = 5000;
const [A, CNAME, AAAA] = [1, 5, 28];

interface DnsAnswer {
  readonly Status: number;
  readonly Answer?: readonly { readonly type: number; readonly data: string }[];
}

/** The first resolver that answers decides. */
export async function resolve(hostname: string, resolvers: readonly string[], signal: AbortSignal): Promise<Resolved> {
  let why = "no resolver is set";
  for (const resolver of resolvers) {
    try {
      const kinds = ["A", "AAAA", "CNAME"];
      const answers = await Promise.all(kinds.map((type) => askOne(resolver, hostname, type, signal)));
      const addresses = [...new Set(answers.flat())];
      return addresses.length > 0 ? { end: "found", addresses } : { end: "none" };
    } catch (error) {
      why = `${new URL(resolver).host}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return { end: "unknown", why };
}

async function askOne(resolver: string, name: string, type: string, signal: AbortSignal): Promise<string[]> {
  const response = await fetch(`${resolver}?${new URLSearchParams({ name, type }).toString()}`, {
    headers: { accept: "application/dns-json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const { Status, Answer = [] } = (await response.json()) as DnsAnswer;
  // NXDOMAIN is an answer, and so is a name with other records only.
  if (Status !== 0 && Status !== 3) throw new Error(`DNS status ${Status}`);
  return Answer.filter((record) => [A, CNAME, AAAA].includes(record.type)).map(({ data }) => data);
}
