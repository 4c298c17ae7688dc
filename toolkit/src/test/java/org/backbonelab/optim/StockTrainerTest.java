package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.Set;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backbones are DJL blocks and optimizers are DJL optimizers: DJL's own trainer takes both. */
class StockTrainerTest {
    /** Slow optimizers take tens of epochs, which small images make short. */
    private static final int SMALL = 12;

    static Set<String> names() {
        return Optimizers.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void lossFallsInDjlsOwnTrainer(String name) throws IOException, TranslateException {
        Optimizers.Entry entry = Optimizers.get(name);
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(entry.factory().build(entry.learningRate(), entry.weightDecay()));
        Torch.engine();
        try (Model model = Model.newInstance("stock", "PyTorch")) {
            model.setBlock(Backbones.create("resnet_micro", new ImageSpec(1, SMALL, 10), 0));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(20, 1, SMALL, SMALL));
                double before = loss(model);
                double after = before;
                for (int epoch = 0; epoch < 40 && !(after < before - 0.02); epoch++) {
                    for (Batch batch : trainer.iterateDataset(dataset(trainer.getManager(), SMALL))) {
                        EasyTrain.trainBatch(trainer, batch);
                        trainer.step();
                        batch.close();
                    }
                    after = loss(model);
                }
                assertTrue(after < before - 0.02, name + ": loss " + before + " -> " + after);
            }
        }
    }

    /** Drop path and dropout included; order and initial values follow the engine's seed, too. */
    @ParameterizedTest
    @ValueSource(strings = {"vit_micro", "alexnet_micro"})
    void equalSeedsOfTheEngineGiveEqualTrainings(String name) throws IOException, TranslateException {
        try {
            float[] first = train(name);
            assertArrayEquals(first, train(name));
        } finally {
            // Where nobody has set it, networks start from seed 0.
            Torch.engine().setRandomSeed(0);
        }
    }

    private static float[] train(String name) throws IOException, TranslateException {
        Torch.engine().setRandomSeed(5);
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizers.get("sgd").factory().build(0.1, 0));
        try (Model model = Model.newInstance("stock", "PyTorch")) {
            Backbone block = Backbones.create(name, new ImageSpec(1, 28, 10), 0.5);
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(20, 1, 28, 28));
                for (Batch batch : trainer.iterateDataset(dataset(trainer.getManager(), 28))) {
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                    batch.close();
                }
                return Nets.concat(Nets.values(block.trainedParameters()));
            }
        }
    }

    private static double loss(Model model) {
        Supervised objective = new Supervised((Backbone) model.getBlock(), 0);
        try (NDManager manager = Torch.newManager()) {
            return Torch.withoutGradients(() -> (double) objective
                    .loss(manager, Nets.batch(60, SMALL), Pass.training(0))
                    .getFloat());
        }
    }

    private static ArrayDataset dataset(NDManager manager, int size) {
        org.backbonelab.data.Batch batch = Nets.batch(60, size);
        float[] labels = new float[60];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = batch.labels()[i];
        }
        return new ArrayDataset.Builder()
                .setData(Supervised.images(manager, batch))
                .optLabels(manager.create(labels))
                .setSampling(20, false)
                .build();
    }
}
