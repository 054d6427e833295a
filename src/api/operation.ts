// One operation of the API: the Zod schemas of its input and answer, who may call it, and what it does. It knows no
// routes.
import type * as z from "zod/mini";
import type { Config, Delivering } from "../config.ts";

/** The operator in the audit when a machine calls with a DELIVERY_TOKEN. */
export const MACHINE = "delivery-token";

/** What an operation gets besides its input. */
export interface CallContext {
  readonly config: Config;
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** The caller, for the audit: `token`, `delivery-token`, or the e-mail address from Cloudflare Access. */
  readonly operator: string;
  readonly now: number;
  /** The receiver's own address, such as `https://kicc.example`. Links in answers begin with it. */
  readonly origin: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Aborts when the caller is gone, where that can be known. */
  readonly signal?: AbortSignal;
}

/** The codes of a refusal, and the HTTP status of each. */
export const STATUS = {
  invalid: 400,
  unauthorized: 401,
  not_found: 404,
  conflict: 409,
  settings: 503,
  unavailable: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** Returned instead of an answer: `{"error":{"code","message"}}` with the status of the code. */
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
  /** Such as `/api/notifications/{id}`: what is in braces is part of the input. */
  readonly path: Path;
  readonly summary: string;
  /** DELIVERY_TOKEN may call it as well as CONSOLE_TOKEN. */
  readonly forDelivery?: true;
  /** It needs the settings for delivering. Without them it is refused with the code `settings`. */
  readonly needsDelivering?: true;
  /** The answer is a document of its own: nothing is added to it. */
  readonly bare?: true;
  /** The answer is text of this type instead of JSON, whole or as a stream. */
  readonly contentType?: string;
  /** How long the body may be, where that is more than usual. */
  readonly mostCharacters?: number;
  /** Path, query and body in one object. */
  readonly input: z.ZodMiniType<Input>;
  readonly answer: z.ZodMiniType<Answer>;
  // A method instead of a property, so that operations with different inputs fit into one list.
  run(input: Input, context: CallContext): Promise<Answer | Refusal>;
}

/** Checks that input and answer fit the schemas, and keeps method and path as literal types. */
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

/** The settings for delivering, for an operation with `needsDelivering`. */
export function deliveringOf({ config }: CallContext): Delivering {
  if (config.delivering === null) throw new Error("Cannot deliver: settings are wrong, and nobody checked");
  return config.delivering;
}
