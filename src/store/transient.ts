// Which errors of D1 are worth another try, and how to try again.

/** After these errors the same statement may succeed (developers.cloudflare.com/d1/best-practices/retry-queries). */
const TRANSIENT =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve D1 DB due to transient issue/;

/**
 * D1 itself retries only reads. Every statement of this folder may run twice. So this runs it again until it succeeds,
 * another error comes, or `deadline` (epoch ms) is too near.
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
