// Reads a stream up to a limit: the one bounded reader. Its callers set the deadline.

export interface Gathering {
  /** What has arrived so far, also where the stream breaks or the caller stops waiting. */
  readonly chunks: readonly Uint8Array[];
  /** "too-large": reading stopped after the chunk that exceeded the limit. */
  readonly end: Promise<"whole" | "too-large">;
  readonly stop: () => void;
}

export function gather(stream: ReadableStream<Uint8Array> | null, limitBytes: number): Gathering {
  const chunks: Uint8Array[] = [];
  const reader = stream?.getReader();
  const stop = () => void reader?.cancel().catch(() => {});
  async function read(): Promise<"whole" | "too-large"> {
    for (let length = 0; length <= limitBytes;) {
      const { done, value } = reader ? await reader.read() : { done: true as const, value: undefined };
      if (done) return "whole";
      chunks.push(value);
      length += value.length;
    }
    stop();
    return "too-large";
  }
  return { chunks, end: read(), stop };
}

/** Most bodies arrive in one chunk. Copying that chunk would cost more than reading it. */
export async function joined(chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : new Uint8Array(await new Blob([...chunks]).arrayBuffer());
}
