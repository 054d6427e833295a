// The real local R2, with faults before or after each call.
import { env } from "cloudflare:workers";
import { vi } from "vitest";

export interface FaultyR2 {
  /** Called before each call of R2. If it throws, R2 throws. If it hangs, R2 never answers and did nothing. */
  readonly before?: (call: number) => void | Promise<void>;
  /** Called after R2 did its work, so that the reply is lost or never comes. */
  readonly after?: (call: number) => void | Promise<void>;
}

export type CountedR2 = R2Bucket & { calls: number };

export function faultyR2(faults: FaultyR2 = {}): CountedR2 {
  const around = async <T>(run: () => Promise<T>): Promise<T> => {
    bucket.calls += 1;
    const call = bucket.calls;
    await faults.before?.(call);
    const result = await run();
    await faults.after?.(call);
    return result;
  };
  const upload = (real: R2MultipartUpload): R2MultipartUpload =>
    ({
      uploadPart: (number: number, piece: string) => around(() => real.uploadPart(number, piece)),
      complete: (parts: R2UploadedPart[]) => around(() => real.complete(parts)),
    }) as unknown as R2MultipartUpload;
  const bucket = {
    calls: 0,
    get: (name: string, options?: R2GetOptions) => around(() => env.BUCKET.get(name, options)),
    put: (name: string, value: string | Uint8Array, options?: R2PutOptions) =>
      around(() => env.BUCKET.put(name, value, options)),
    head: (name: string) => around(() => env.BUCKET.head(name)),
    list: (options?: R2ListOptions) => around(() => env.BUCKET.list(options)),
    delete: (names: string[]) => around(() => env.BUCKET.delete(names)),
    createMultipartUpload: async (name: string) => upload(await around(() => env.BUCKET.createMultipartUpload(name))),
  } as unknown as CountedR2;
  return bucket;
}

/** The longest that the receiver waits for one answer of R2. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Never ends. With faked timers the receiver's waiting time passes at once, for everything that waits, as soon as the
 * wait has begun; that is before the next microtask.
 */
export function hang(waitMs = LONGEST_WAIT_MS): Promise<never> {
  void Promise.resolve().then(() => vi.advanceTimersByTime(waitMs));
  return new Promise<never>(() => {});
}
