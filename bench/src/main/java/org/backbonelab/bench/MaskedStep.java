package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Masked;
import org.backbonelab.train.objective.Weights;

/** The loss of masked pre-training and its gradients, of 32 images, in one of the encoder's forms. */
final class MaskedStep implements Contender {
    /** Images of a step. */
    static final int COUNT = 32;

    private static final double RATIO = 0.6;

    /** What is pre-trained in which task. */
    private static final Map<Task, Setting> SETTINGS = Map.of(
            Task.MASKED16, new Setting("convnextv2_micro", 16, 1, 64),
            Task.MASKED28, new Setting("convnextv2_micro", 28, 1, 64),
            Task.MASKED96, new Setting("convnextv2_atto", 96, 3, 512),
            Task.MASKED160, new Setting("convnextv2_atto", 160, 3, 512),
            Task.MASKED224, new Setting("convnextv2_atto", 224, 3, 512));

    private record Setting(String network, int size, int channels, int decoder) {}

    private final NDManager manager = Torch.newManager();
    private final Masked objective;
    private final Batch batch;
    private final List<NDArray> weights;
    private long seed;

    MaskedStep(Task task, Masked.Encoding encoding, int threads) {
        Torch.engine();
        Torch.setThreads(threads);
        Setting setting = SETTINGS.get(task);
        ImageSpec spec = new ImageSpec(setting.channels, setting.size, Task.CLASSES);
        ConvNeXt encoder = (ConvNeXt) Backbones.create(setting.network, spec, 0);
        encoder.initialize(manager, 7);
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(setting.decoder));
        decoder.initialize(manager, 7);
        objective = new Masked(encoder, decoder, RATIO, encoding);
        weights = Weights.of(objective).arrays();
        Images images = Images.synthetic(COUNT, setting.channels, setting.size, Task.CLASSES, 3);
        batch = Batches.inOrder(Datasets.of("masked", images, images), images, COUNT)
                .get(0);
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return Torch.withGradients(() -> {
                NDArray loss = objective.loss(manager, batch, Pass.training(seed++));
                Kernels.grad(loss, weights);
                return (double) loss.getFloat();
            });
        }
    }

    @Override
    public long parameters() {
        return weights.stream().mapToLong(NDArray::size).sum();
    }

    @Override
    public void close() {
        manager.close();
    }
}
