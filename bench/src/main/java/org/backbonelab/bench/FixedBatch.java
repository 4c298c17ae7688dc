package org.backbonelab.bench;

import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/** The one batch that every contender trains on: normal pixels, labels that are noise; the same in every process. */
final class FixedBatch {
    static final long[] SHAPE = {Task.BATCH, Task.CHANNELS, Task.SIZE, Task.SIZE};

    private FixedBatch() {}

    /** Returns the pixels (N, C, H, W). */
    static float[] pixels() {
        RandomGenerator random = Seeds.stream(0, "bench pixels");
        float[] out = new float[Task.BATCH * Task.CHANNELS * Task.SIZE * Task.SIZE];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    /** Returns the labels (N). */
    static int[] labels() {
        RandomGenerator random = Seeds.stream(0, "bench labels");
        return random.ints(Task.BATCH, 0, Task.CLASSES).toArray();
    }

    /** Returns the labels as libtorch wants its class indices. */
    static long[] longLabels() {
        return java.util.Arrays.stream(labels()).asLongStream().toArray();
    }
}
