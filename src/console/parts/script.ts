// The console's one script. Everything works without it.
import { COPY } from "./copy.ts";
import { DROP } from "./drop.ts";
import { nameOf } from "./style.ts";

export const SCRIPT = COPY + DROP;

export const SCRIPT_PATH = `/console/script-${nameOf(SCRIPT)}.js`;
