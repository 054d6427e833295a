// Marks in a shopOrderNo that tell the origin what to do with the notification each time.
export const MARKS = { gone: "GONE-", never: "NEVER-" } as const;
