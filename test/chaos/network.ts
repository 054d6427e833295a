// Network faults of one call by the Worker: a reset, and an answer that never comes.

export function reset(): never {
  throw new TypeError("Network connection lost.");
}

export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
