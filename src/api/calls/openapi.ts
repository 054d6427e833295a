// Answers openapi.json, which is generated from the schemas of the operations.
import * as z from "zod/mini";
import description from "../openapi.json";
import { operation } from "../operation.ts";

export const openapi = operation({
  method: "get",
  path: "/api/openapi.json",
  summary: "This description",
  bare: true,
  input: z.object({}),
  answer: z.looseObject({ openapi: z.string() }),
  run: async () => description,
});
