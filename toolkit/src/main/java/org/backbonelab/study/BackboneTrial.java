package org.backbonelab.study;

import ai.djl.ndarray.NDManager;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Split;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row.Status;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.Evaluation;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.TrainOptions;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Objectives;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A few optimizers on a backbone of one's own, each with its learning rate tuned, on a small budget.
 *
 * <pre>{@code
 * Table trained = BackboneTrial.of("mine", spec -> new MyNetwork(spec)).on("folder:birds@64").run(progress("mine"));
 * show(CouplingCheck.of(trained));
 * }</pre>
 *
 * <p>A network that exists in a notebook only is known to no other process. So it trains here, one training after the other, with
 * all threads, and nothing is stored: what was trained yesterday may have been another network of the same name.
 *
 * <p>Unless told otherwise: SGD, LARS, Lion and AdamW, on 3000 images for 4 epochs, with three seeds. These four tell the ties of BOCB
 * (arXiv 2410.06373) apart: the steps of SGD and LARS follow the size of the gradient or of the weights, those of Lion and AdamW are
 * of one size for every weight. Rates start at 1, 4 and 16 times the default, on the first seed, and go on by factors of 4 while the
 * best lies at an edge, three times at most.
 */
public final class BackboneTrial {
    private static final double[] FACTORS = {1, 4, 16};
    private static final int GROWTH = 3;

    private final String label;
    private final Function<ImageSpec, Backbone> build;
    private String dataset = "fashion-mnist@16";
    private int[] images = {3000, 1000, 2000};
    private Recipe recipe = Recipes.brief(4);
    private long[] seeds = {0, 1, 2};
    private List<String> optimizers = List.of("sgd", "lars", "lion", "adamw");

    /** Accuracies in percent, NaN where the training diverged. */
    private record Accuracies(double validation, double test) {
        static final Accuracies DIVERGED = new Accuracies(Double.NaN, Double.NaN);

        double score() {
            return Double.isNaN(validation) ? Double.NEGATIVE_INFINITY : validation;
        }
    }

    /** The answer as it grows, and who is told. */
    private static final class Running {
        final Table table = Table.create(
                "trial",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("lr"),
                DoubleColumn.create("weight_decay"),
                DoubleColumn.create("seed"),
                DoubleColumn.create("epochs"),
                DoubleColumn.create("train_images"),
                StringColumn.create("status"),
                DoubleColumn.create("val_top1"),
                DoubleColumn.create("test_top1"));

        int expected;
        int done;
    }

    private BackboneTrial(String label, Function<ImageSpec, Backbone> build) {
        this.label = label;
        this.build = build;
    }

    /**
     * Prepares the trial of a network.
     *
     * @param label what it is called in tables
     * @param build builds it for images of a size, a number of channels and of classes; a new one for every training
     */
    public static BackboneTrial of(String label, Function<ImageSpec, Backbone> build) {
        return new BackboneTrial(label, build);
    }

    /** Prepares the trial of a network of {@link Backbones}. */
    public static BackboneTrial of(String backbone) {
        Backbones.check(backbone);
        return new BackboneTrial(backbone, spec -> Backbones.create(backbone, spec, 0));
    }

    /** Sets the images, by a name of {@link Datasets}; fashion-mnist@16 without this. */
    public BackboneTrial on(String name) {
        Datasets.check(name);
        dataset = name;
        return this;
    }

    /** Sets how many images to train on, to choose rates on, and to report on; fewer in proportion where there are fewer. */
    public BackboneTrial images(int train, int validation, int test) {
        images = new int[] {train, validation, test};
        return this;
    }

    /** Sets how to train, all but the optimizer and its rate; {@link Recipes#brief} with four epochs without this. */
    public BackboneTrial recipe(Recipe value) {
        recipe = value;
        return this;
    }

    /** Sets the optimizers. */
    public BackboneTrial optimizers(String... names) {
        for (String name : names) {
            Optimizers.get(name);
        }
        optimizers = List.of(names);
        return this;
    }

    /** Sets the seeds; rates are tuned with the first. */
    public BackboneTrial seeds(long... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no seeds, expected one or more");
        }
        seeds = values.clone();
        return this;
    }

    /**
     * Trains.
     *
     * @return one row a training: backbone, optimizer, {@code lr}, {@code weight_decay}, {@code seed}, {@code epochs}, {@code
     *     train_images}, {@code status}, {@code val_top1}, {@code test_top1} (NaN where it diverged)
     * @throws CancellationException if the thread is interrupted
     */
    public Table run(Progress progress) {
        int[] counts = Split.atMost(Datasets.get(dataset), images[0], images[1], images[2]);
        Split split = Split.of(Datasets.get(dataset), counts[0], counts[1], counts[2], 0);
        Running running = new Running();
        running.expected = optimizers.size() * (FACTORS.length + seeds.length - 1);
        progress.started(running.expected, 0, 0);
        try {
            for (String optimizer : optimizers) {
                Recipe plain = recipe.withOptimizer(optimizer);
                double best = tuned(plain, split, running, progress);
                for (int i = 1; i < seeds.length; i++) {
                    train(plain.withLr(best), split, seeds[i], running, progress);
                }
            }
        } finally {
            progress.ended();
        }
        return running.table;
    }

    private double tuned(Recipe plain, Split split, Running running, Progress progress) {
        NavigableMap<Double, Double> scores = new TreeMap<>();
        for (double factor : FACTORS) {
            double lr = Variants.round(plain.optimization().lr() * factor);
            scores.put(
                    lr,
                    train(plain.withLr(lr), split, seeds[0], running, progress).score());
        }
        for (int i = 0; i < GROWTH; i++) {
            OptionalDouble next = Search.beyond(scores);
            if (next.isEmpty()) {
                break;
            }
            running.expected++;
            double lr = next.getAsDouble();
            scores.put(
                    lr,
                    train(plain.withLr(lr), split, seeds[0], running, progress).score());
        }
        return Search.best(scores);
    }

    private Accuracies train(Recipe with, Split split, long seed, Running running, Progress progress) {
        long start = System.nanoTime();
        String name = label + " + " + with.optimization().optimizer() + " lr "
                + with.optimization().lr() + " seed " + seed;
        TrainOptions options = TrainOptions.none()
                .withWatch(Advance.watch(0, with.schedule().epochs(), at -> progress.training(name, at)));
        Accuracies found = trained(with, split, seed, options);
        boolean diverged = Double.isNaN(found.validation);
        running.done++;
        Table table = running.table;
        table.stringColumn("backbone").append(label);
        table.stringColumn("optimizer").append(with.optimization().optimizer());
        table.doubleColumn("lr").append(with.optimization().lr());
        table.doubleColumn("weight_decay").append(with.optimization().weightDecay());
        table.doubleColumn("seed").append((double) seed);
        table.doubleColumn("epochs").append(with.schedule().epochs());
        table.doubleColumn("train_images").append(split.train().count());
        table.stringColumn("status").append((diverged ? Status.DIVERGED : Status.OK).name());
        table.doubleColumn("val_top1").append(found.validation);
        table.doubleColumn("test_top1").append(found.test);
        progress.finished(
                running.done,
                running.expected,
                name,
                diverged ? "diverged" : String.format(Locale.ROOT, "%.1f %%", found.test),
                Duration.ofNanos(System.nanoTime() - start));
        return found;
    }

    /** Trains as a cell of a study does, with the same seeds. */
    private Accuracies trained(Recipe with, Split split, long seed, TrainOptions options) {
        ImageSource source = split.train();
        try (NDManager manager = Torch.newManager()) {
            Backbone model = build.apply(new ImageSpec(source.channels(), source.size(), source.classes()));
            model.initialize(manager, Seeds.derive(seed, "parameters"));
            Objective objective = Objectives.of(with, model, split.source(), seed, 0);
            TrainLoop.Outcome outcome = TrainLoop.run(objective, split, with, Seeds.derive(seed, "phase", 0), options);
            if (outcome.diverged()) {
                return Accuracies.DIVERGED;
            }
            Evaluation validation = Evaluation.of(model, split.source(), split.validation());
            return Double.isFinite(validation.loss())
                    ? new Accuracies(
                            validation.top1(),
                            Evaluation.of(model, split.source(), split.test()).top1())
                    : Accuracies.DIVERGED;
        }
    }
}
