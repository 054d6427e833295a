// A certificate authority for one day and certificates from it, made by openssl: callers see them at the stand-in's
// edge and in the doctor's tests.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The authority, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

/** @param days a negative number makes one that has run out */
export function makeCertificate(directory: string, hostnames: readonly string[], days = 1): Certificate {
  const at = (name: string) => path.join(directory, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
  );
  openssl("req", ...key, "-subj", `/CN=${hostnames[0] ?? ""}`, "-keyout", at("site.key"), "-out", at("site.csr"));
  writeFileSync(at("site.ext"), `subjectAltName=${hostnames.map((hostname) => `DNS:${hostname}`).join(",")}\n`);
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("site.ext")];
  openssl("x509", "-req", "-in", at("site.csr"), ...signed, "-days", String(days), "-out", at("site.pem"));
  return { cert: readFileSync(at("site.pem")), key: readFileSync(at("site.key")), authority: at("ca.pem") };
}
