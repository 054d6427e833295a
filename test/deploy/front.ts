// An HTTPS front between a caller and a local Worker for the doctor's tests. It passes everything on; or it answers
// instead of the Worker, late, with a bad certificate, or with a TLS that is too new.
import http from "node:http";
import https from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { URL } from "node:url";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { makeCertificate } from "../cloudflare/certificate.ts";

export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FrontSetup {
  /** Answers in the Worker's place; null passes the request on. */
  readonly instead?: (request: http.IncomingMessage) => Instead | null;
  readonly delayMs?: number;
  /** Of the certificate. */
  readonly hostname?: string;
  readonly days?: number;
  readonly oldestTls?: "TLSv1.2" | "TLSv1.3";
}

export interface Front {
  readonly port: number;
  /** For NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

export const HOSTNAME = "kicc.shop.example";

export async function openFront(to: string, setup: FrontSetup = {}): Promise<Front> {
  const { instead = () => null, delayMs = 0, hostname = HOSTNAME, days = 30, oldestTls = "TLSv1.2" } = setup;
  const directory = mkdtempSync(path.join(tmpdir(), "kicc-front-"));
  const { cert, key, authority } = makeCertificate(directory, [hostname], days);
  const server = https.createServer({ cert, key, minVersion: oldestTls }, (request, response) => {
    const answer = () => {
      const own = instead(request);
      if (own) {
        response.writeHead(own.status, own.headers).end(own.body);
        return;
      }
      const { method = "GET", headers, url = "/" } = request;
      const caller = { ...headers, "cf-connecting-ip": "198.51.100.7" };
      const onward = http.request(new URL(url, to), { method, headers: caller, agent: false }, (passed) => {
        response.writeHead(passed.statusCode ?? 502, passed.headers);
        passed.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    };
    setTimeout(answer, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return { port: (server.address() as AddressInfo).port, authority };
}
