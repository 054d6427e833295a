// The paths that KICC calls, and how long a notifyUrl KICC stores for each. Data only.

export interface DoorPath {
  readonly path: `/kicc/${string}`;
  /** What KICC sends there. */
  readonly takes: string;
  /** The longest notifyUrl that KICC stores, in bytes, with token and reference. */
  readonly longestUrl: number;
}

export const DOORS: readonly DoorPath[] = [
  { path: "/kicc/wechat/cancel", takes: "WeChat Pay cancellations", longestUrl: 1000 },
  { path: "/kicc/wechat/approval", takes: "WeChat Pay approvals", longestUrl: 256 },
  { path: "/kicc/alipay", takes: "Alipay approvals", longestUrl: 256 },
  { path: "/kicc/online", takes: "online payments (all notiTypes)", longestUrl: 100 },
];
