// A real HTTPS front for a receiver that speaks http on this machine: the stand-in, or the Worker in workerd.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { URL } from "node:url";
import { onTestFinished } from "vitest";
import { listen } from "./http.ts";

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** For NODE_EXTRA_CA_CERTS: it is its own authority. */
  readonly file: string;
}

/** For one IPv4 address and a day, made by openssl, gone when the test is over. */
export function makeCertificate(address: string): Certificate {
  const directory = mkdtempSync(path.join(tmpdir(), "kicc-puller-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const [cert, key] = [path.join(directory, "cert.pem"), path.join(directory, "key.pem")];
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const named = ["-subj", "/CN=receiver under test", "-addext", `subjectAltName=IP:${address}`];
  execFileSync("openssl", ["req", ...made, ...named, "-keyout", key, "-out", cert], { stdio: "pipe" });
  return { cert: readFileSync(cert), key: readFileSync(key), file: cert };
}

/** Passes all on to `to`, as Cloudflare's edge passes it to a Worker. @returns its https URL */
export function openDoor(address: string, { cert, key }: Certificate, to: string): Promise<string> {
  const server = https.createServer({ cert, key }, (request, response) => {
    const { method = "GET", headers, url = "/" } = request;
    const onward = http.request(new URL(url, to), { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  return listen(server, address, "https");
}
