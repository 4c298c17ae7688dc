package org.backbonelab.bench;

import java.util.List;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.study.Cell;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.tensor.Torch;

/** A step is a whole cell: {@code resnet_micro} on generated images, trained, evaluated and made a row. */
final class WholeCell implements Contender {
    private static final int IMAGES = 1000;
    private static final double EPOCHS = 1;

    private final CellTrainer trainer = new CellTrainer(List.of());
    private long seed;
    private double parameters;

    WholeCell(int threads) {
        Torch.engine();
        Torch.setThreads(threads);
    }

    @Override
    public double step() {
        Recipe recipe = Recipe.supervised().withEpochs(EPOCHS);
        Cell cell = new Cell("synthetic", IMAGES, 100, 100, "resnet_micro", "supervised", List.of(recipe), seed++);
        Row row = trainer.train(cell);
        parameters = row.metrics().get("params");
        return row.metrics().get("train_loss");
    }

    @Override
    public long parameters() {
        return (long) parameters;
    }

    @Override
    public void close() {}
}
