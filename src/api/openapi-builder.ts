// Builds the description of the API, OpenAPI 3.1, from the schemas of its inputs and answers. It runs only when
// openapi.json is written and checked (test/e2e/generated.test.ts), not in the Worker: this code is larger than its
// result.
import * as z from "zod/mini";
import { version } from "../../package.json";
import { type Operation, type RefusalCode, STATUS } from "./operation.ts";
import { namedSchemas } from "./shapes.ts";

type Json = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

/** Builds the document for all operations. */
export function describe(operations: readonly Operation[]) {
  const schemas: Record<string, unknown> = { Error: errorSchema };
  const paths: Record<string, Record<string, unknown>> = { "/health": HEALTH };
  for (const each of operations) (paths[each.path] ??= {})[each.method] = describeOne(each, schemas);
  return {
    openapi: "3.1.0",
    info: { title: "KICC edge receiver", version },
    paths,
    components: {
      schemas,
      responses: Object.fromEntries(
        Object.entries(MEANS).map(([status, description]) => [status, refusal(description)]),
      ),
      securitySchemes: {
        console: { type: "http", scheme: "bearer", description: "CONSOLE_TOKEN" },
        delivery: { type: "http", scheme: "bearer", description: "DELIVERY_TOKEN" },
      },
    },
  };
}

function describeOne(each: Operation, schemas: Record<string, unknown>): Json {
  const { properties = {}, required = [] } = schemaOf(each.input, "input", schemas) as ObjectSchema;
  const inPath = (name: string) => each.path.includes(`{${name}}`);
  const inBody = each.method === "post" || each.method === "put";
  const taken = Object.entries(properties).filter(([, schema]) => !("not" in schema));
  const rest = taken.filter(([name]) => !inPath(name));
  const parameter = ([name, schema]: [string, Json]) => ({
    name,
    in: inPath(name) ? "path" : "query",
    required: inPath(name) || required.includes(name),
    schema,
  });
  const needed = required.filter((name) => !inPath(name));
  return {
    summary: each.summary,
    security: [{ console: [] }, ...(each.forDelivery ? [{ delivery: [] }] : [])],
    parameters: taken.filter(([name]) => inPath(name) || !inBody).map(parameter),
    ...(inBody && rest.length > 0
      ? {
          requestBody: {
            required: needed.length > 0,
            content: content({ type: "object", properties: Object.fromEntries(rest), required: needed }),
          },
        }
      : {}),
    responses: {
      200: { description: "Done", content: content(answerOf(each, schemas), each.contentType) },
      ...Object.fromEntries(
        refusalsOf(each, rest.length > 0).map((code) => [
          STATUS[code],
          { $ref: `#/components/responses/${STATUS[code]}` },
        ]),
      ),
    },
  };
}

/** An operation with input may be refused as invalid, one with an id as not_found; only a change may conflict. */
function refusalsOf(each: Operation, takesInput: boolean): RefusalCode[] {
  return [
    ...(takesInput ? (["invalid"] as const) : []),
    "unauthorized",
    ...(each.path.includes("{") ? (["not_found"] as const) : []),
    ...(each.method === "get" ? [] : (["conflict"] as const)),
    "unavailable",
  ];
}

/** While settings are wrong, an answer to GET names them. */
function answerOf(each: Operation, schemas: Record<string, unknown>): Json {
  if (each.contentType !== undefined) return { type: "string" };
  const answer = schemaOf(each.answer, "output", schemas);
  if (each.method !== "get" || each.bare) return answer;
  const settings = { type: "array", items: { type: "string" }, description: "What is wrong with which setting" };
  return { allOf: [answer, { type: "object", properties: { settings } }] };
}

/**
 * Converts one schema; its named parts go to the components. Objects are left open, because fields may be added later.
 */
function schemaOf(schema: z.ZodMiniType, io: "input" | "output", schemas: Record<string, unknown>): Json {
  const {
    $schema: _dialect,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    metadata: namedSchemas,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  for (const [id, part] of Object.entries($defs ?? {})) schemas[id] ??= hoisted(part);
  return hoisted(rest);
}

function hoisted(schema: object): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

function content(schema: Json, contentType = "application/json"): Json {
  const [type = ""] = contentType.split(";");
  return { [type]: { schema } };
}

const MEANS = {
  400: "invalid: the input is wrong; the message names the field",
  401: "unauthorized: the token is missing or wrong, or does not open this",
  404: "not_found",
  409: "conflict: not in this state, or not in this DELIVERY mode",
  503: "unavailable: D1 or the queue does not answer; settings: the message names those that are wrong",
};

const errorSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: { code: { enum: Object.keys(STATUS) }, message: { type: "string" } },
      required: ["code", "message"],
    },
  },
  required: ["error"],
};

function refusal(description: string): Json {
  return { description, content: content({ $ref: "#/components/schemas/Error" }) };
}

const HEALTH = {
  get: {
    summary: "Whether D1 answers; kept for 5 s",
    security: [],
    responses: {
      200: {
        description: "It does",
        content: content({ type: "object", properties: { status: { const: "ok" } }, required: ["status"] }),
      },
      503: refusal("It does not"),
    },
  },
};
