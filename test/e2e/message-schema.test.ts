// src/message.schema.json is the queue message for those who do not read TypeScript: generated, checked in, kept in step.
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { deliveryMessageSchema } from "../../src/message.ts";

it("has the JSON Schema of the queue message as the code checks it (vitest -u writes it anew)", async () => {
  const schema = { title: "kicc-deliveries message, version 1", ...z.toJSONSchema(deliveryMessageSchema) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../src/message.schema.json");
});
