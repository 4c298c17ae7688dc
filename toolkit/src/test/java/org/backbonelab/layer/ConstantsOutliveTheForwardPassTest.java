package org.backbonelab.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Subset;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DJL's {@code mul(Number)} leaves autograd with memory that a garbage collection frees: see Torch.scalar. */
class ConstantsOutliveTheForwardPassTest {
    @ParameterizedTest
    @ValueSource(strings = {"resnet_micro", "convnextv2_micro", "vit_micro", "mixer_micro", "nfnet_micro_w16"})
    void gradientsAreTheSameAfterAGarbageCollection(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create(name, new ImageSpec(1, 28, 10), 0);
            model.initialize(manager, 1);
            // Zero gains and heads would hide what flows behind them.
            Torch.withoutGradients(() -> {
                model.trainedParameters().values().forEach(p -> p.getArray().addi(0.01));
                return null;
            });
            assertArrayEquals(gradient(manager, model, false), gradient(manager, model, true));
        }
    }

    private static float[] gradient(NDManager manager, Backbone model, boolean collect) {
        Batch batch = Batches.inOrder(
                        Datasets.synthetic(),
                        Subset.stratified(Datasets.synthetic().test(), 8, 0),
                        8)
                .get(0);
        NDArray weight = model.trainedParameters().values().iterator().next().getArray();
        try (GradientCollector collector = Torch.engine().newGradientCollector()) {
            NDArray loss = new Supervised(model, 0.1).loss(manager, batch, Pass.training(1));
            if (collect) {
                overwriteFreedMemory();
            }
            collector.backward(loss);
        }
        float[] values = weight.getGradient().toFloatArray();
        model.trainedParameters().values().forEach(p -> Torch.zeroGradient(p.getArray()));
        return values;
    }

    /** Collects garbage, and writes to small blocks of memory that it may have freed. */
    private static void overwriteFreedMemory() {
        for (int round = 0; round < 3; round++) {
            System.gc();
            LockSupport.parkNanos(50_000_000);
            ByteBuffer[] taken = new ByteBuffer[5000];
            Arrays.setAll(taken, i -> ByteBuffer.allocateDirect(8).putDouble(0, 1e3 + i));
            assertEquals(1e3, taken[0].getDouble(0));
        }
    }
}
