package org.backbonelab.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Split;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.Select;
import tech.tablesaw.api.Table;

/**
 * A study: a grid of cells, built fluently, trained by a {@link Runner}, read back where finished.
 *
 * <pre>{@code
 * Results results = Study.of("bocb", "fashion-mnist")
 *         .images(4000, 1000, 2000)
 *         .backbones("resnet_micro", "vit_micro").optimizers("sgd", "adamw")
 *         .tuneLr(0.3, 1, 3).seeds(0, 1, 2)
 *         .run(progress());
 * }</pre>
 */
public final class Study {
    private final String name;
    private final String dataset;
    private final Map<String, List<Recipe>> tracks = new LinkedHashMap<>();
    private final Map<String, Recipe> recipeOf = new LinkedHashMap<>();
    private final Map<String, String> datasetOf = new HashMap<>();
    private final List<Measure> measures = new ArrayList<>();
    private final Variants variants = new Variants();
    private Recipe recipe = Recipe.supervised();
    private List<String> backbones = List.of();
    private List<String> optimizers = List.of();
    private double[] lrFactors = {1};
    private int lrGrowth;
    private Tuning tuning = new Tuning("val_top1");
    private final Rates rates = new Rates();
    private long[] seeds = {0};
    private int[] images = {1000, 500, 500};

    private Study(String name, String dataset) {
        this.name = name;
        this.dataset = dataset;
    }

    /**
     * Starts a study.
     *
     * @param name of the study and its CSV file
     * @param dataset a name of {@link Datasets}
     */
    public static Study of(String name, String dataset) {
        Datasets.check(dataset);
        return new Study(name, dataset);
    }

    /** Sets how many images to train on, to choose hyper-parameters on, and to report on. */
    public Study images(int train, int validation, int test) {
        images = new int[] {train, validation, test};
        return this;
    }

    /**
     * Sets how many images to use as {@link #images} does, and fewer in the same proportion where the data set has fewer: for
     * studies on one's own images.
     */
    public Study imagesAtMost(int train, int validation, int test) {
        try {
            images = Split.atMost(Datasets.get(dataset), train, validation, test);
            return this;
        } catch (DataException e) {
            // What is finished can be read back without the images; what is not says that they are missing.
            return images(train, validation, test);
        }
    }

    /** Sets the backbones. */
    public Study backbones(String... names) {
        Arrays.stream(names).forEach(Backbones::check);
        backbones = List.of(names);
        return this;
    }

    /** Sets the optimizers, each with its default learning rate and decay; without this the recipe's is used. */
    public Study optimizers(String... names) {
        Arrays.stream(names).forEach(Optimizers::get);
        optimizers = List.of(names);
        return this;
    }

    /** Tunes the learning rate: factors of the default are tried with the first seed, the best gets all seeds. */
    public Study tuneLr(double... factors) {
        lrFactors = factors.clone();
        return this;
    }

    /**
     * Lets the grid of {@link #tuneLr} grow: while the best learning rate of a pair lies at an edge, the next one beyond it
     * is tried too.
     *
     * @param most how often, for each pair; 0 for a fixed grid
     */
    public Study growLr(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("growth of the learning rates is " + most + ", expected 0 or more");
        }
        lrGrowth = most;
        return this;
    }

    /** Chooses the learning rate by another column of the validation images than {@code val_top1}: {@code val_loss}, the lowest. */
    public Study tuneBy(String column) {
        if (!column.equals("val_top1") && !column.equals("val_loss")) {
            throw new IllegalArgumentException("cannot tune by \"" + column + "\"; expected val_top1 or val_loss");
        }
        tuning = new Tuning(column);
        return this;
    }

    /**
     * Takes the learning rate of each pair from a table in place of the optimizer's default one.
     *
     * @param tuned has the columns {@code backbone}, {@code optimizer} and {@code lr}, such as what {@link Select#best} gave;
     *     of a pair's rows the first counts
     */
    public Study lr(Table tuned) {
        rates.take(tuned);
        return this;
    }

    /** Sets the seeds. */
    public Study seeds(long... values) {
        seeds = values.clone();
        return this;
    }

    /** Sets the recipe. */
    public Study recipe(Recipe value) {
        recipe = value;
        return this;
    }

    /** Sets the recipe of one backbone. */
    public Study recipe(String backbone, Recipe value) {
        Backbones.check(backbone);
        recipeOf.put(backbone, value);
        return this;
    }

    /** Sets the data set of one backbone, such as the same images at another size. */
    public Study dataset(String backbone, String value) {
        Backbones.check(backbone);
        Datasets.check(value);
        datasetOf.put(backbone, value);
        return this;
    }

    /** Adds a track: phases trained one after the other; without tracks there is one of a single phase. */
    public Study track(String label, Recipe... phases) {
        tracks.put(label, List.of(phases));
        return this;
    }

    /**
     * Varies a number of the recipe (of a track: of its last phase).
     *
     * @param field lr, weight_decay, rho, epochs, agc or clip_norm
     */
    public Study vary(String field, double... values) {
        variants.vary(field, values);
        return this;
    }

    /**
     * Adds measures, taken on each trained network; they are no part of its training, so a new one trains nothing again
     * where weights are kept. One that is written in the notebook is taken in the notebook's own process.
     */
    public Study measure(Measure... more) {
        measures.addAll(List.of(more));
        return this;
    }

    /** Returns the cells of the grid for some seeds. */
    List<Cell> cells(long... forSeeds) {
        if (backbones.isEmpty()) {
            throw new IllegalStateException("study " + name + " has no backbone; call backbones(...)");
        }
        List<Cell> out = new ArrayList<>();
        for (String backbone : backbones) {
            Map<String, List<Recipe>> phasesOf =
                    tracks.isEmpty() ? Map.of("plain", List.of(recipeOf.getOrDefault(backbone, recipe))) : tracks;
            phasesOf.forEach((track, phases) -> {
                for (List<Recipe> variant : variants.of(phases, optimizers, r -> rates.apply(backbone, r), lrFactors)) {
                    for (long seed : forSeeds) {
                        out.add(cell(backbone, track, variant, seed));
                    }
                }
            });
        }
        return out;
    }

    private Cell cell(String backbone, String track, List<Recipe> phases, long seed) {
        return new Cell(
                datasetOf.getOrDefault(backbone, dataset),
                images[0],
                images[1],
                images[2],
                backbone,
                track,
                phases,
                seed);
    }

    /** Returns what would be done: cells in all, finished, to train, and how long that should take. */
    public String describe() {
        List<Cell> first = cells(seeds[0]);
        String grid = "%d cells%s of %d images of %s"
                .formatted(total(first), lrGrowth == 0 ? "" : " or more", images[0], dataset);
        return "%s at %s scale: %s; %s".formatted(name, Scale.fromEnv().label(), grid, Outlook.of(first));
    }

    private int total(List<Cell> first) {
        return first.size() + first.size() / lrFactors.length * (seeds.length - 1);
    }

    /**
     * Trains what is not finished, with the runner of the environment.
     *
     * <p>Finished is what {@link ResultsFolder} holds, or a file of JSON lines in the folder {@code results} beside the notebook;
     * with FRESH=1 in the environment, only what this run has trained, before it was broken off too.
     */
    public Results run(Progress progress) {
        return run(Runners.fromEnv(measures), new RowStore(ResultsFolder.get()), progress);
    }

    /**
     * Trains what is not finished.
     *
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; finished cells are kept
     */
    public Results run(Runner runner, RowStore store, Progress progress) {
        AtomicFile.tidy(store.folder());
        return run(runner, store, progress, FreshRun.asked(store.folder()));
    }

    /** Trains what is not finished, or everything that a run that trains everything anew has not trained yet. */
    Results run(Runner runner, RowStore store, Progress progress, Optional<FreshRun> fresh) {
        List<Cell> all = cells(seeds[0]);
        fresh.ifPresent(run -> run.begin(name));
        Tally tally = new Tally(store, CommittedRows.besideNotebook(), measures, runner, progress, fresh);
        try {
            tally.begin(all, total(all));
            for (int i = 0; i < lrGrowth; i++) {
                List<Cell> beyond = tuning.beyond(all, tally.rows());
                tally.expect(beyond.size());
                tally.continueWith(beyond);
                all.addAll(beyond);
            }
            if (seeds.length > 1) {
                List<Cell> more = moreSeeds(all, tally.rows());
                tally.continueWith(more);
                all.addAll(more);
            }
            fresh.ifPresent(run -> run.end(name));
            return new Results(
                    name, all.stream().map(c -> tally.lines().get(c.id())).toList());
        } finally {
            progress.ended();
        }
    }

    /** Returns the cells of the other seeds: all of them, or with a tuned learning rate those of the best one. */
    private List<Cell> moreSeeds(List<Cell> first, Map<String, Row> rows) {
        List<Cell> chosen = lrFactors.length == 1 ? first : tuning.best(first, rows);
        return chosen.stream()
                .flatMap(c -> Arrays.stream(seeds).skip(1).mapToObj(s -> cell(c.backbone(), c.track(), c.phases(), s)))
                .toList();
    }
}
