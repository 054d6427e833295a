// One HTTPS request with exactly the given headers. It follows no redirect, and waits until a deadline. It returns the
// answer, or why there is none.
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import type { Endpoints } from "./endpoints.ts";

export interface HttpsCall {
  readonly url: URL;
  readonly method?: "GET" | "POST";
  /** Only Host and Content-Length are added. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withinMs?: number;
  /** The newest version of TLS that the caller speaks. */
  readonly newestTls?: "TLSv1.2" | "TLSv1.3";
}

export type CallResult =
  | {
      readonly end: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
      readonly ms: number;
      /** null over http. */
      readonly tls: { readonly version: string; readonly issuer: string; readonly validTo: string } | null;
    }
  | { readonly end: "failed"; readonly code: string; readonly message: string; readonly ms: number };

const LARGEST_BYTES = 256 * 1024;
const WITHIN_MS = 15_000;

export function callHttps(asked: HttpsCall, { connectTo }: Pick<Endpoints, "connectTo">): Promise<CallResult> {
  const { url, method = "POST", headers = {}, body, withinMs = WITHIN_MS, newestTls } = asked;
  const startedAt = Date.now();
  const ms = () => Date.now() - startedAt;
  const secure = url.protocol === "https:";
  const there = connectTo.get(url.hostname);
  const bytes = body === undefined ? null : Buffer.from(body);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      resolve({ end: "failed", code: error.code ?? "ERROR", message: error.message, ms: ms() });
    };
    const request = (secure ? https.request : httpRequest)({
      host: there?.address ?? url.hostname,
      port: there?.port ?? (url.port || (secure ? 443 : 80)),
      path: url.pathname + url.search,
      method,
      headers: { host: url.host, ...headers, ...(bytes ? { "content-length": bytes.length } : {}) },
      agent: false,
      ...(secure ? { servername: url.hostname, ...(newestTls ? { maxVersion: newestTls } : {}) } : {}),
    });
    const timer = setTimeout(() => {
      request.destroy(Object.assign(new Error(`no whole answer in ${withinMs} ms`), { code: "LATE" }));
    }, withinMs);
    request.on("error", fail);
    request.on("response", (response) => {
      const socket = secure ? (response.socket as TLSSocket) : null;
      const certificate = socket?.getPeerCertificate();
      const tls =
        socket && certificate
          ? {
              version: socket.getProtocol() ?? "",
              issuer: certificate.issuer.O ?? certificate.issuer.CN,
              validTo: certificate.valid_to,
            }
          : null;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST_BYTES)
          request.destroy(Object.assign(new Error("the answer is over 256 KiB"), { code: "LARGE" }));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () => {
        const { statusCode = 0, headers: heard } = response;
        resolve({
          end: "answered",
          status: statusCode,
          headers: heard,
          text: Buffer.concat(chunks).toString(),
          ms: ms(),
          tls,
        });
      });
    });
    request.on("close", () => clearTimeout(timer));
    request.end(bytes ?? undefined);
  });
}
