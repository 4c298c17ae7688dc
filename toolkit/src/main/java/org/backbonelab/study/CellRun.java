package org.backbonelab.study;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.backbonelab.data.ImageSource;
import org.backbonelab.io.Json;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.weights.WeightHash;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.TrainedPhase;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.Evaluation;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.TrainOptions;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Objectives;
import org.backbonelab.train.step.Steps;
import org.backbonelab.train.step.TimeTable;
import org.backbonelab.train.step.TimeTable.Part;

/** The training of one cell: its phases one after the other, and the evaluation. */
final class CellRun {
    private final Cell cell;
    private final RowStore store;
    private final Checkpoints checkpoints;
    private final CheckpointReader from;
    private final Consumer<Advance> watch;
    private final TimeTable times = new TimeTable();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private final Map<String, List<Double>> series = new TreeMap<>();
    private final PhaseImages data;
    private final SharedPhases shared;
    private final boolean anew;
    private Backbone model;
    private double images;
    private double trainMacs;

    /** What a checkpoint keeps of a cell besides its phase's own state. */
    private record Half(
            int phase,
            Map<String, Double> metrics,
            Map<String, List<Double>> series,
            double images,
            double trainMacs,
            Map<String, String> environment,
            String phasesFrom) {}

    /**
     * Prepares a run.
     *
     * @param store where the weights of each phase are kept, null for nowhere
     * @param checkpoints where to write them, null for nowhere
     * @param from which one to continue, null to begin
     * @param anew whether phases that other cells have trained do not count
     * @param watch is told now and then how far the training is
     */
    CellRun(
            Cell cell,
            RowStore store,
            Checkpoints checkpoints,
            CheckpointReader from,
            boolean anew,
            Consumer<Advance> watch) {
        this.cell = cell;
        shared = new SharedPhases(cell, store);
        this.anew = anew;
        data = PhaseImages.of(cell);
        this.store = store;
        this.checkpoints = checkpoints;
        this.from = from;
        this.watch = watch;
    }

    Row train() {
        Map<String, String> environment = CellEnvironment.of(cell);
        try (NDManager manager = Torch.newManager()) {
            model = Backbones.create(
                    cell.backbone(), data.spec(0), cell.recipe().network().dropPath());
            model.initialize(manager, Seeds.derive(cell.seed(), "parameters"));
            Map<String, String> provenance = new TreeMap<>(environment);
            boolean diverged = phases(provenance);
            provenance.put("weights_sha256", WeightHash.of(model.namedParameters()));
            metrics.putAll(times.metrics());
            // The last update of all can break the weights too; the row then takes back the accuracies found.
            diverged |= !Double.isFinite(metrics.get("val_loss"));
            return new Row(
                    cell.id(),
                    cell.json(),
                    Axis.of(cell),
                    diverged ? Row.Status.DIVERGED : Row.Status.OK,
                    metrics,
                    series,
                    provenance,
                    Math.round(times.total() * 10) / 10.0);
        }
    }

    /** Gives the network a new classifier where a phase trains for another task than the one before. */
    private void adapt(int phase) {
        if (!data.changeAt(phase)) {
            return;
        }
        ImageSpec wanted = data.spec(phase);
        if (!wanted.withClasses(model.spec().classes()).equals(model.spec())) {
            throw new IllegalArgumentException("phase " + (phase + 1) + " of " + cell.label() + " has images " + wanted
                    + ", expected the channels and size of the phase before, " + model.spec());
        }
        model = model.withClasses(wanted.classes(), Seeds.derive(cell.seed(), "classifier", phase));
        count();
    }

    private void count() {
        metrics.put("params", (double) model.parameterCount());
        metrics.put("macs", (double) model.macs());
    }

    private boolean phases(Map<String, String> provenance) {
        List<TrainedPhase> earlier = from == null && store != null && !anew ? shared.found() : List.of();
        Map<String, String> environment = Map.copyOf(provenance);
        int first = from == null ? earlier.size() : resume(provenance);
        count();
        TrainLoop.Outcome outcome = null;
        for (int i = 0; i < cell.phases().size(); i++) {
            adapt(i);
            if (i < earlier.size()) {
                takeUp(earlier.get(i), i, provenance);
            }
            if (i < first || (outcome != null && outcome.diverged())) {
                continue;
            }
            Half half = new Half(
                    i, metrics, series, images, trainMacs, environment, provenance.get(SharedPhases.PROVENANCE));
            TrainOptions options = TrainOptions.none()
                    .withTimes(times)
                    .withStop(Shutdown::isAsked)
                    .withWatch(Advance.watch(epochs(i), epochs(cell.phases().size()), watch));
            if (checkpoints != null) {
                options = options.withCheckpoints(
                        checkpoints, i == first ? from : null, new ObjectMapper().valueToTree(half));
            }
            outcome = phase(i, options);
        }
        metrics.put("train_images_seen", images);
        metrics.put("train_macs", trainMacs);
        if (outcome.diverged()) {
            List.of("val_top1", "val_loss", "test_top1", "test_loss").forEach(score -> metrics.put(score, Double.NaN));
        } else {
            evaluate(outcome);
        }
        return outcome.diverged();
    }

    /** Returns the epochs of the first phases. */
    private double epochs(int phases) {
        return cell.phases().stream()
                .limit(phases)
                .mapToDouble(r -> r.schedule().epochs())
                .sum();
    }

    /** Takes up what the checkpoint knows, and returns the phase it is of. */
    private int resume(Map<String, String> provenance) {
        Half half = Json.read(
                from.state().path("context").toString(), Half.class, from.file().toString());
        metrics.putAll(half.metrics);
        series.putAll(half.series);
        images = half.images;
        trainMacs = half.trainMacs;
        if (half.phasesFrom != null) {
            provenance.put(SharedPhases.PROVENANCE, half.phasesFrom);
        }
        // Equal bits are promised for one machine, thread count and code: a row says if it is of two.
        String changed = half.environment.entrySet().stream()
                .filter(e -> !e.getValue().equals(provenance.get(e.getKey())))
                .map(e -> e.getKey() + " " + e.getValue())
                .sorted()
                .collect(Collectors.joining(", "));
        if (!changed.isEmpty()) {
            provenance.put("resumed_from", changed);
        }
        return half.phase;
    }

    /** Takes a phase that another cell has trained, with its weights. */
    private void takeUp(TrainedPhase phase, int i, Map<String, String> provenance) {
        Objective objective =
                Objectives.of(cell.phases().get(i), model, data.of(i).source(), cell.seed(), i);
        CellWeights.load(objective.state(), store.weights(cell.id(), i));
        found(objective, phase, i);
        provenance.put(
                SharedPhases.PROVENANCE,
                phase.cell() + ", commit " + phase.provenance().get("git_commit"));
    }

    private TrainLoop.Outcome phase(int i, TrainOptions options) {
        Recipe recipe = cell.phases().get(i);
        Objective objective = Objectives.of(recipe, model, data.of(i).source(), cell.seed(), i);
        TrainLoop.Outcome outcome =
                TrainLoop.run(objective, data.of(i), recipe, Seeds.derive(cell.seed(), "phase", i), options);
        TrainedPhase phase = shared.of(i, outcome);
        found(objective, phase, i);
        if (store != null && !outcome.diverged()) {
            DiskRoom.write(() -> CellWeights.save(objective.state(), store.weights(cell.id(), i)));
            shared.keep(phase);
        }
        return outcome;
    }

    /** Writes down what a phase has found. */
    private void found(Objective objective, TrainedPhase phase, int i) {
        String prefix = i == cell.phases().size() - 1 ? "" : "pretrain_";
        images += phase.images();
        // A backward pass costs two forward passes.
        double passes = Steps.passes(cell.phases().get(i), objective);
        trainMacs += 3.0 * objective.macs() * phase.images() * passes;
        metrics.merge(Row.NON_FINITE, phase.nonFinite(), Double::sum);
        List<Double> curve = phase.trainLoss();
        series.put(prefix + "train_loss", curve);
        metrics.put(prefix + "train_loss", curve.get(curve.size() - 1));
        if (!phase.valLoss().isEmpty()) {
            series.put(prefix + "val_top1_curve", phase.valTop1());
            series.put(prefix + "val_loss_curve", phase.valLoss());
        }
    }

    private void evaluate(TrainLoop.Outcome outcome) {
        Evaluation validation = evaluation(data.own().validation());
        Evaluation test = evaluation(data.own().test());
        metrics.put("val_top1", validation.top1());
        metrics.put("val_loss", validation.loss());
        metrics.put("test_top1", test.top1());
        metrics.put("test_loss", test.loss());
        if (outcome.best() != null) {
            outcome.best().swap();
            metrics.put("best_val_top1", evaluation(data.own().validation()).top1());
            metrics.put("best_test_top1", evaluation(data.own().test()).top1());
            outcome.best().swap();
        }
    }

    private Evaluation evaluation(ImageSource part) {
        stopIfAsked();
        return times.measure(
                Part.EVALUATION, () -> Evaluation.of(model, data.own().source(), part));
    }

    /** Evaluations at the end are not interrupted in the middle, but none is begun any more. */
    private static void stopIfAsked() {
        if (Shutdown.isAsked()) {
            throw new CancellationException("the cell was interrupted after its training; started again, it continues"
                    + " from its last checkpoint");
        }
    }
}
