// Files that are generated from the Zod schemas and checked in, for people who do not read TypeScript. `vitest run
// --project e2e test/e2e/generated.test.ts -u` writes them again.
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { describe } from "../../src/api/openapi-builder.ts";
import { operations } from "../../src/api/all-operations.ts";
import { deliveryMessageSchema } from "../../src/queue/message.ts";

function asText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

it("has the JSON Schema of the queue message as the code checks it", async () => {
  const schema = { title: "kicc-deliveries message, version 1", ...z.toJSONSchema(deliveryMessageSchema) };
  await expect(asText(schema)).toMatchFileSnapshot("../../src/queue/message.schema.json");
});

it("has the API's description as the operations are", async () => {
  await expect(asText(describe(operations))).toMatchFileSnapshot("../../src/api/openapi.json");
});
