// One operation of the API: what it takes and answers as Zod schemas, who may call it, what it does. It knows no routes.
import type * as z from "zod/mini";
import type { Config, Delivering } from "../config.ts";

/** The caller with a DELIVERY_TOKEN: a machine. */
export const MACHINE = "delivery-token";

/** What an operation works with. */
export interface CallContext {
  readonly config: Config;
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** Who calls, for the audit: `token`, `delivery-token`, or the e-mail address that Cloudflare Access vouches for. */
  readonly operator: string;
  readonly now: number;
  /** This receiver's own address, as in `https://kicc.example`: links in answers begin with it. */
  readonly origin: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Tells when the caller is gone, where that can be known. */
  readonly signal?: AbortSignal;
}

/** The codes of a refusal, and the status of each. */
export const STATUS = {
  invalid: 400,
  unauthorized: 401,
  not_found: 404,
  conflict: 409,
  settings: 503,
  unavailable: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** Instead of an answer: `{"error":{"code","message"}}` with the code's status. */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly message: string;
}

export interface Operation<
  Input = unknown,
  Answer = unknown,
  Method extends "get" | "post" | "put" | "delete" = "get" | "post" | "put" | "delete",
  Path extends string = string,
> {
  readonly method: Method;
  /** `/api/notifications/{id}`: what stands in braces is part of the input. */
  readonly path: Path;
  readonly summary: string;
  /** Open to DELIVERY_TOKEN as well as to CONSOLE_TOKEN. */
  readonly forDelivery?: true;
  /** Needs the settings that delivering needs; without them it is refused with the code `settings`. */
  readonly needsDelivering?: true;
  /** Its answer is a document of its own: nothing is added to it. */
  readonly bare?: true;
  /** In place of JSON the answer is text of this type, whole or a stream. */
  readonly contentType?: string;
  /** How long its body may be, where that is more than others need. */
  readonly mostCharacters?: number;
  /** Path, query and body in one object. */
  readonly input: z.ZodMiniType<Input>;
  readonly answer: z.ZodMiniType<Answer>;
  // A method, not a property: so that operations of every input fit into one list.
  run(input: Input, context: CallContext): Promise<Answer | Refusal>;
}

/** Ties an operation's input and answer to its schemas, and its name to its type. */
export function operation<
  Input,
  Answer,
  const Method extends "get" | "post" | "put" | "delete",
  const Path extends string,
>(described: Operation<Input, Answer, Method, Path>): Operation<Input, Answer, Method, Path> {
  return described;
}

export function refuse(refused: RefusalCode, message: string): Refusal {
  return { refused, message };
}

/** The settings for delivering, in an operation that says `needsDelivering`. */
export function deliveringOf({ config }: CallContext): Delivering {
  if (config.delivering === null) throw new Error("Cannot deliver: settings are wrong, and nobody checked");
  return config.delivering;
}
