// In a shopOrderNo: what the origin does with this notification each time.
export const MARKS = { gone: "GONE-", never: "NEVER-" } as const;
