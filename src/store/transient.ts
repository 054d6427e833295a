// What D1 asks of its callers: which of its errors are worth another try, and how to try.

/** Errors after which the same statement may succeed at once (developers.cloudflare.com/d1/best-practices/retry-queries). */
const TRANSIENT =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve D1 DB due to transient issue/;

/**
 * D1 tries only reads again. Every statement here may run twice, so this tries again until it works, the error is of
 * another kind, or `deadline` (epoch ms) is too near.
 */
export async function retryTransient<T>(run: () => Promise<T>, deadline: number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const waitMs = Math.random() * Math.min(50 * 2 ** attempt, 1000);
      if (!TRANSIENT.test(String(error)) || Date.now() + waitMs >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
