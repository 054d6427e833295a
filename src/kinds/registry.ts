// Lists every kind, one line each; makes the doors from them; finds the kind of a message by its marks.
import { alipayApproval } from "./alipay-approval.ts";
import type { Kind, Product, StatusApi } from "./kind.ts";
import { type KiccMessage, textIn } from "./kicc-message.ts";
import { onlineApproval } from "./online-approval.ts";
import { onlineChange } from "./online-change.ts";
import { onlineDepositCancel } from "./online-deposit-cancel.ts";
import { onlineDeposit } from "./online-deposit.ts";
import { onlineEscrow } from "./online-escrow.ts";
import { onlineOther } from "./online-other.ts";
import { onlineRefund } from "./online-refund.ts";
import { onlineTransferFailed } from "./online-transfer-failed.ts";
import { onlineUnionpay } from "./online-unionpay.ts";
import { wechatApproval } from "./wechat-approval.ts";
import { wechatCancel } from "./wechat-cancel.ts";

/** A message with the marks of several kinds is of the first one in this list. */
export const KINDS: readonly Kind[] = [
  onlineApproval,
  onlineChange,
  onlineDeposit,
  onlineDepositCancel,
  onlineEscrow,
  onlineRefund,
  onlineTransferFailed,
  onlineUnionpay,
  onlineOther,
  alipayApproval,
  wechatCancel,
  wechatApproval,
];

export interface Door {
  readonly path: Kind["door"];
  readonly product: Product;
  readonly kinds: readonly Kind[];
  /** The kind of a message without a mark. */
  readonly fallback: Kind;
}

export interface Registry {
  readonly kinds: readonly Kind[];
  readonly doors: readonly Door[];
  readonly products: readonly Product[];
  readonly kindNamed: (name: string) => Kind | null;
  /** By the exact path, without token and without a slash at the end. */
  readonly doorAt: (path: string) => Door | null;
  /** null where the message has no mark. */
  readonly kindMarked: (message: KiccMessage) => Kind | null;
  /** Whether the field is a mark of any kind. */
  readonly isMark: (name: string) => boolean;
}

/** Kinds that are marked by the same fields, so that each field is looked up once. */
interface Marks {
  readonly names: readonly string[];
  readonly byValue: ReadonlyMap<string, Kind>;
  readonly any: Kind | null;
}

/** @param kinds in the order in which marks count; each door has exactly one kind whose mark has no value */
export function registryOf(kinds: readonly Kind[]): Registry {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const doors = [...new Set(kinds.map(({ door }) => door))].map((path) => doorOf(path, kinds));
  const byPath = new Map<string, Door>(doors.map((door) => [door.path, door]));
  const marks = marksOf(kinds);
  const names = new Set(marks.flatMap((mark) => mark.names));
  return {
    kinds,
    doors,
    products: [...new Set(kinds.map(({ product }) => product))],
    kindNamed: (name) => byName.get(name) ?? null,
    doorAt: (path) => byPath.get(path) ?? null,
    kindMarked: (message) => markedOf(message, marks),
    isMark: (name) => names.has(name),
  };
}

function doorOf(path: Kind["door"], kinds: readonly Kind[]): Door {
  const here = kinds.filter(({ door }) => door === path);
  const fallback = here.find(({ mark }) => mark.value === undefined);
  if (fallback === undefined) throw new Error(`Cannot open door ${path}: no kind takes what bears no mark`);
  return { path, product: fallback.product, kinds: here, fallback };
}

function marksOf(kinds: readonly Kind[]): readonly Marks[] {
  const groups = Map.groupBy(kinds, ({ mark }) => mark.names.join(" "));
  return [...groups.values()].map((group) => ({
    names: group[0]?.mark.names ?? [],
    byValue: new Map(group.flatMap((kind) => (kind.mark.value === undefined ? [] : [[kind.mark.value, kind]]))),
    any: group.find(({ mark }) => mark.value === undefined) ?? null,
  }));
}

function markedOf(message: KiccMessage, marks: readonly Marks[]): Kind | null {
  for (const { names, byValue, any } of marks) {
    for (const name of names) {
      const value = textIn(message, name);
      if (value !== null) return byValue.get(value) ?? any;
    }
  }
  return null;
}

export const REGISTRY = registryOf(KINDS);

export const { doors: DOORS, products: PRODUCTS, kindNamed, doorAt } = REGISTRY;

/**
 * The names of the kinds that a merchant announces by this id. KICC is asked about an announced event whose
 * notification does not come.
 */
export function kindsAnnouncedBy(id: StatusApi["announcedBy"]): readonly string[] {
  return KINDS.filter(({ statusApi }) => statusApi?.announcedBy === id).map(({ name }) => name);
}
