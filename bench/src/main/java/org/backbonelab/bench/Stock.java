package org.backbonelab.bench;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.Batchifier;

/** DJL as it comes: stock blocks, stock optimizer, {@link EasyTrain#trainBatch} on a {@link Trainer}. */
final class Stock implements Contender {
    private final Model model;
    private final Trainer trainer;
    private final Shape shape = new Shape(FixedBatch.SHAPE);
    private final NDArray images;
    private final NDArray labels;
    private double loss;

    /** Builds the network. */
    Stock(Task task, int threads) {
        setThreads(threads);
        model = Model.newInstance(task.id(), "PyTorch");
        model.setBlock(StockNetworks.block(task));
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(task == Task.RESNET ? sgd() : adamw())
                .addTrainingListeners(new LastLoss());
        trainer = model.newTrainer(config);
        trainer.initialize(shape);
        NDManager manager = trainer.getManager();
        images = manager.create(FixedBatch.pixels(), shape);
        labels = manager.create(FixedBatch.labels());
    }

    /** Read when the engine starts. */
    static void setThreads(int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
    }

    static Optimizer adamw() {
        return Optimizer.adamW()
                .optLearningRateTracker(Tracker.fixed((float) Task.ADAMW_RATE))
                .optWeightDecays((float) Task.ADAMW_DECAY)
                .build();
    }

    private static Optimizer sgd() {
        return Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed((float) Task.SGD_RATE))
                .optMomentum((float) Task.MOMENTUM)
                .build();
    }

    @Override
    public double step() {
        NDManager manager = trainer.getManager().newSubManager();
        NDList data = new NDList(images.duplicate());
        NDList answers = new NDList(labels.duplicate());
        data.attach(manager);
        answers.attach(manager);
        try (Batch batch = new Batch(manager, data, answers, Task.BATCH, Batchifier.STACK, Batchifier.STACK, 0, 0)) {
            EasyTrain.trainBatch(trainer, batch);
            trainer.step();
        }
        return loss;
    }

    @Override
    public long parameters() {
        Block block = model.getBlock();
        return block.getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(p -> p.getArray().size())
                .sum();
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }

    /** Reads the loss of each batch, as DJL's own logging listener does. */
    private final class LastLoss extends TrainingListenerAdapter {
        @Override
        public void onTrainingBatch(Trainer source, BatchData data) {
            loss = data.getLabels().size() == 0
                    ? Double.NaN
                    : source.getLoss()
                            .evaluate(
                                    data.getLabels().values().iterator().next(),
                                    data.getPredictions().values().iterator().next())
                            .getFloat();
        }
    }
}
