// Stands in for an origin on a private network, behind the Fetcher binding ORIGIN: it answers with the request that it
// got.
interface PrivateEnv {
  readonly SEEN: D1Database;
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    await env.SEEN.prepare("INSERT INTO seen (path, webhook_id, body) VALUES (?, ?, ?)")
      .bind(pathname, request.headers.get("webhook-id"), await request.text())
      .run();
    return Response.json({ resCd: "0000", resMsg: "OK" });
  },
} satisfies ExportedHandler<PrivateEnv>;
