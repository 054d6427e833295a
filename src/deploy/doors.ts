// The paths that KICC calls, and how long each notifyUrl may be on KICC's side. Data alone.

export interface Door {
  readonly path: `/kicc/${string}`;
  /** What KICC sends there. */
  readonly takes: string;
  /** KICC stores no longer notifyUrl, in bytes, token and reference included. */
  readonly longestUrl: number;
}

export const DOORS: readonly Door[] = [
  { path: "/kicc/wechat/cancel", takes: "WeChat Pay cancellations", longestUrl: 1000 },
  { path: "/kicc/wechat/approval", takes: "WeChat Pay approvals", longestUrl: 256 },
  { path: "/kicc/alipay", takes: "Alipay approvals", longestUrl: 256 },
  { path: "/kicc/online", takes: "online payments (all notiTypes)", longestUrl: 100 },
];
