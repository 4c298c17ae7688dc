package org.backbonelab.tensor;

/**
 * In which numbers matrix products and convolutions run; weights, norms, residuals and losses are float32 always.
 */
public enum Precision {
    /** IEEE single precision. */
    FP32,
    /** bfloat16 inside matrix products and dense convolutions, as autocast does. */
    BF16,
    /** {@link #BF16} where processor or GPU is fast at it, else {@link #FP32}. */
    AUTO;

    /** Returns what runs on this machine: {@link #FP32} or {@link #BF16}. */
    public Precision resolve() {
        if (this != AUTO) {
            return this;
        }
        return Torch.device().isGpu() || Processor.current().bf16() ? BF16 : FP32;
    }
}
