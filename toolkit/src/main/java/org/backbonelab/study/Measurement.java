package org.backbonelab.study;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.weights.WeightHash;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Measured;
import org.backbonelab.results.Provenance;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Objectives;

/**
 * Measures on the networks of one finished cell, from the weights that its training left in the results folder.
 *
 * <p>What a measure finds after a phase that is not the last gets the prefix {@code pretrain_}.
 */
final class Measurement {
    private static final String WEIGHTS = "weights_sha256";

    private final Cell cell;
    private final Row row;
    private final RowStore store;

    Measurement(Cell cell, Row row, RowStore store) {
        this.cell = cell;
        this.row = row;
        this.store = store;
    }

    /** Returns what is stored of a measure, unless it is of another version of it or of other weights. */
    Optional<Measured> stored(Measure measure) {
        return store.findMeasured(row.id(), measure.name()).filter(found -> fits(found, measure));
    }

    /** Tells whether a number is of this version of a measure and of the weights of this row. */
    boolean fits(Measured found, Measure measure) {
        String mine = row.provenance().get(WEIGHTS);
        String its = found.provenance().get(WEIGHTS);
        return found.measure().equals(measure.name())
                && found.version() == measure.version()
                && (mine == null || its == null || mine.equals(its));
    }

    /** Tells whether the weights of all phases are there. */
    boolean hasWeights() {
        for (int i = 0; i < cell.phases().size(); i++) {
            if (!Files.isRegularFile(store.weights(cell.id(), i))) {
                return false;
            }
        }
        return true;
    }

    /** Takes a measure after every phase that it fits, and stores what it found. */
    Measured take(Measure measure) {
        Map<String, Double> metrics = new TreeMap<>();
        Map<String, List<Double>> series = new TreeMap<>();
        PhaseImages data = PhaseImages.of(cell);
        int last = cell.phases().size() - 1;
        for (int i = 0; i <= last; i++) {
            if (Shutdown.isAsked()) {
                throw new CancellationException("measuring was interrupted; what was measured is kept");
            }
            String prefix = i == last ? "" : "pretrain_";
            try (NDManager manager = Torch.newManager()) {
                Trained trained = network(data, i, manager);
                if (measure.after(trained.objective())) {
                    Measure.Found found = measure.measure(trained);
                    found.metrics().forEach((k, v) -> metrics.put(prefix + k, v));
                    found.series().forEach((k, v) -> series.put(prefix + k, new ArrayList<>(v)));
                }
            }
        }
        Map<String, String> provenance = new TreeMap<>(Provenance.capture(Map.of(
                "threads", String.valueOf(Torch.threads()),
                "libtorch", Torch.version())));
        Optional.ofNullable(row.provenance().get(WEIGHTS)).ifPresent(hash -> provenance.put(WEIGHTS, hash));
        Measured out = new Measured(cell.id(), measure.name(), measure.version(), metrics, series, provenance);
        DiskRoom.write(() -> store.put(out));
        return out;
    }

    /** Builds the network as a phase has left it. */
    private Trained network(PhaseImages data, int phase, NDManager manager) {
        Recipe recipe = cell.phases().get(phase);
        double drop = cell.recipe().network().dropPath();
        Backbone model = Backbones.create(cell.backbone(), data.spec(phase), drop);
        model.initialize(manager, Seeds.derive(cell.seed(), "parameters"));
        Objective objective = Objectives.of(recipe, model, data.of(phase).source(), cell.seed(), phase);
        Path file = store.weights(cell.id(), phase);
        CellWeights.load(objective.state(), file);
        String expected = row.provenance().get(WEIGHTS);
        boolean last = phase == cell.phases().size() - 1;
        if (last && expected != null && !expected.equals(WeightHash.of(model.namedParameters()))) {
            throw new IllegalArgumentException(file + ": holds other weights than those of its row, whose hash is "
                    + expected + "; delete it, then the cell is trained again for its measures");
        }
        return new Trained(model, data.of(phase), recipe, objective, cell.seed());
    }
}
