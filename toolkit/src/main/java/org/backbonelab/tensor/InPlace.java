package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Arithmetic on lists of arrays in place, a native call for all of them, without recording gradients.
 *
 * <p>The bodies are in {@code InPlace.py}. Arrays at the same place of two lists have the same shape. A list too short
 * or a wrong shape is an {@link ai.djl.engine.EngineException} that shows libtorch's message; what stands before it in
 * the lists has then changed.
 */
public final class InPlace {
    private static final TorchScript SCRIPT = TorchScript.load(InPlace.class, "InPlace.py");

    private InPlace() {}

    /** Overwrites the values of arrays; their layout in memory stays. */
    public static void restore(List<NDArray> targets, List<NDArray> sources) {
        run("restore", targets, sources);
    }

    /** Moves arrays towards others: x = x + share * (other - x). */
    public static void lerp(List<NDArray> arrays, List<NDArray> others, double share) {
        run("lerp", arrays, others, share);
    }

    /** Exchanges the values of two lists. */
    public static void swap(List<NDArray> arrays, List<NDArray> others) {
        run("swap", arrays, others);
    }

    /** Multiplies arrays by a number. */
    public static void scale(List<NDArray> arrays, double factor) {
        run("scale", arrays, factor);
    }

    /** Adds a multiple of others: sum = sum + share * x. */
    public static void accumulate(List<NDArray> sums, List<NDArray> arrays, double share) {
        run("accumulate", sums, arrays, share);
    }

    /**
     * Scales gradients so that the norm of all together is at most {@code most}.
     *
     * @param manager for what is needed on the way
     * @return the norm before
     */
    public static double clipGlobalNorm(NDManager manager, List<NDArray> gradients, double most) {
        return Torch.withoutGradients(() -> {
            try (NDArray norm = SCRIPT.array(manager, "clip_global_norm", gradients, most)) {
                return (double) norm.getFloat();
            }
        });
    }

    /**
     * Scales gradients unit by unit so that ||G|| is at most {@code limit} times the larger of ||W|| and 1e-3.
     *
     * <p>A unit is the whole of a scalar or vector, else one place of the first axis.
     */
    public static void adaptiveClip(List<NDArray> weights, List<NDArray> gradients, double limit) {
        run("adaptive_clip", weights, gradients, limit);
    }

    static void run(String method, Object... arguments) {
        Torch.withoutGradients(() -> {
            SCRIPT.run(method, arguments).close();
            return null;
        });
    }
}
