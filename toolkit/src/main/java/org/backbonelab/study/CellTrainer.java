package org.backbonelab.study;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Split;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.results.Provenance;
import org.backbonelab.results.Row;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.Evaluation;
import org.backbonelab.train.Masked;
import org.backbonelab.train.Objective;
import org.backbonelab.train.Recipe;
import org.backbonelab.train.Supervised;
import org.backbonelab.train.TrainLoop;

/** Trains one cell from beginning to end: a cell in, a row out. */
public final class CellTrainer {
    /** The images are the same for all cells, so that cells differ by what they say they differ by. */
    private static final long SPLIT_SEED = 0;

    private static final int DECODER_WIDTH = 128;

    private final Map<String, Measure> measures = new HashMap<>();

    /** Knows how to take the given measures. */
    public CellTrainer(List<Measure> measures) {
        measures.forEach(m -> this.measures.put(m.name(), m));
    }

    /**
     * Trains a cell.
     *
     * @throws IllegalArgumentException if the cell cannot be built, such as pre-training a network that has no FCMAE
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Row train(Cell cell) {
        long start = System.nanoTime();
        Dataset dataset = Datasets.get(cell.dataset());
        Split split = dataset.split(cell.trainImages(), cell.validationImages(), cell.testImages(), SPLIT_SEED);
        try (NDManager manager = Torch.newManager()) {
            ImageSpec spec = new ImageSpec(
                    dataset.train().channels(),
                    dataset.train().size(),
                    dataset.train().classes());
            Backbone model =
                    Backbones.create(cell.backbone(), spec, cell.recipe().dropPath());
            model.initialize(manager, Seeds.derive(cell.seed(), "parameters"));

            Map<String, Double> metrics = new LinkedHashMap<>();
            Map<String, List<Double>> series = new TreeMap<>();
            boolean diverged = phases(cell, model, split, metrics, series);
            evaluate(model, split, metrics);
            // The last update of all can break the weights too.
            diverged |= !Double.isFinite(metrics.get("val_loss"));
            double seconds = Math.round((System.nanoTime() - start) / 1e8) / 10.0;
            return new Row(
                    cell.id(),
                    cell.json(),
                    cell.axes(),
                    diverged ? Row.Status.DIVERGED : Row.Status.OK,
                    metrics,
                    series,
                    provenance(cell, dataset),
                    seconds);
        }
    }

    private boolean phases(
            Cell cell, Backbone model, Split split, Map<String, Double> metrics, Map<String, List<Double>> series) {
        long macs = model.macs();
        metrics.put("params", (double) model.parameterCount());
        metrics.put("macs", (double) macs);
        double trainMacs = 0;
        double images = 0;
        boolean diverged = false;
        for (int i = 0; i < cell.phases().size() && !diverged; i++) {
            Recipe recipe = cell.phases().get(i);
            boolean last = i == cell.phases().size() - 1;
            String prefix = last ? "" : "pretrain_";
            Objective objective = objective(recipe, model, cell.seed(), i);
            TrainLoop.Outcome outcome = TrainLoop.run(objective, split, recipe, Seeds.derive(cell.seed(), "phase", i));
            diverged = outcome.diverged();
            images += outcome.images();
            // A backward pass costs two forward passes; SAM makes two of each.
            trainMacs += 3.0 * macs * outcome.images() * (recipe.rho() > 0 ? 2 : 1);
            series.put(prefix + "train_loss", outcome.trainLoss());
            List<Double> curve = outcome.trainLoss();
            metrics.put(prefix + "train_loss", curve.get(curve.size() - 1));
            if (!diverged) {
                Masked masked = objective instanceof Masked m ? m : null;
                Trained trained = new Trained(model, split, recipe, masked, cell.seed());
                measure(cell, trained, prefix, metrics, series);
            }
        }
        metrics.put("train_images_seen", images);
        metrics.put("train_macs", trainMacs);
        return diverged;
    }

    private static Objective objective(Recipe recipe, Backbone model, long seed, int phase) {
        if (recipe.objective() == Recipe.Kind.SUPERVISED) {
            return new Supervised(model, recipe.labelSmoothing());
        }
        if (!(model instanceof ConvNeXt encoder)) {
            throw new IllegalArgumentException(
                    "masked pre-training of " + model.getClass().getSimpleName() + ", expected a ConvNeXt (V1 or V2)");
        }
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, DECODER_WIDTH);
        NDManager manager =
                model.trainedParameters().values().iterator().next().getArray().getManager();
        decoder.initialize(manager, Seeds.derive(seed, "decoder", phase));
        return new Masked(encoder, decoder, recipe.maskRatio(), Seeds.derive(seed, "masks", phase));
    }

    private void measure(
            Cell cell, Trained trained, String prefix, Map<String, Double> metrics, Map<String, List<Double>> series) {
        for (String name : cell.measures()) {
            Measure measure = measures.get(name);
            if (measure == null) {
                throw new IllegalArgumentException("unknown measure \"" + name + "\"; known are " + measures.keySet());
            }
            if (measure.after(trained.recipe().objective())) {
                Measure.Found found = measure.measure(trained);
                found.metrics().forEach((k, v) -> metrics.put(prefix + k, v));
                found.series().forEach((k, v) -> series.put(prefix + k, new ArrayList<>(v)));
            }
        }
    }

    private static void evaluate(Backbone model, Split split, Map<String, Double> metrics) {
        Evaluation validation = Evaluation.of(model, split.source(), split.validation());
        Evaluation test = Evaluation.of(model, split.source(), split.test());
        metrics.put("val_top1", validation.top1());
        metrics.put("val_loss", validation.loss());
        metrics.put("test_top1", test.top1());
        metrics.put("test_loss", test.loss());
    }

    private static Map<String, String> provenance(Cell cell, Dataset dataset) {
        return Provenance.capture(Map.of(
                "data_sha256", dataset.checksum(),
                "djl", Engine.getDjlVersion(),
                "libtorch", Torch.version(),
                "device", Torch.device().toString(),
                "threads", String.valueOf(Torch.threads()),
                "seed", String.valueOf(cell.seed())));
    }
}
