package org.backbonelab.study;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.io.Sha256;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Source;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.TrainedPhase;
import org.backbonelab.train.Evaluation;
import org.backbonelab.train.TrainLoop;

/**
 * The phases that a cell has in common with others: pre-trained once, fine-tuned in many ways.
 *
 * <p>A phase is the same if network, images, recipes up to it and seed are. It is taken from the results folder where it was
 * trained by the same rules, on the same images, on an equal machine, so that a row is the same bit for bit whether its first
 * phases were trained for it or not.
 */
final class SharedPhases {
    /** May differ: a commit that changes what trainings give raises a number of the semantics, which may not. */
    private static final String COMMIT = "git_commit";

    /** Where a row says which cell trained its first phases. */
    static final String PROVENANCE = "phases_from";

    private final Cell cell;
    private final RowStore store;

    SharedPhases(Cell cell, RowStore store) {
        this.cell = cell;
        this.store = store;
    }

    /** Returns the first phases of a cell as a cell of their own: equal for all that begin alike. */
    private static Cell first(Cell cell, int phases) {
        List<Recipe> recipes = cell.phases().subList(0, phases).stream()
                .map(r -> r.data().source().equals(Source.CELL) ? r.withSource(cell.dataset(), cell.trainImages()) : r)
                .toList();
        Source images = recipes.get(0).data().source();
        return new Cell(
                images.dataset(),
                images.images(),
                cell.validationImages(),
                cell.testImages(),
                cell.backbone(),
                "",
                recipes,
                cell.seed());
    }

    /** Returns the key of the first phases; the network is built with the drop path of the last of all. */
    private static String key(Cell cell, int phases) {
        return Cell.idOf(first(cell, phases).json() + cell.recipe().network().dropPath());
    }

    /** Returns the first phases, but for the last of all, that are there; their weights get names of this cell. */
    List<TrainedPhase> found() {
        List<TrainedPhase> out = new ArrayList<>();
        for (int i = 0; i < cell.phases().size() - 1; i++) {
            Map<String, String> environment = CellEnvironment.of(first(cell, i + 1));
            Optional<TrainedPhase> phase = store.findPhase(key(cell, i + 1)).filter(p -> fits(p, environment));
            if (phase.isEmpty()) {
                break;
            }
            link(store.weights(phase.get().cell(), phase.get().phase()), store.weights(cell.id(), i));
            out.add(phase.get());
        }
        return out;
    }

    private boolean fits(TrainedPhase phase, Map<String, String> environment) {
        Path file = store.weights(phase.cell(), phase.phase());
        return withoutCommit(phase.provenance()).equals(withoutCommit(environment))
                && Files.isRegularFile(file)
                && hash(file).equals(phase.weights());
    }

    private static Map<String, String> withoutCommit(Map<String, String> provenance) {
        Map<String, String> out = new HashMap<>(provenance);
        out.remove(COMMIT);
        return out;
    }

    private static void link(Path from, Path to) {
        if (from.equals(to)) {
            return;
        }
        try {
            Files.deleteIfExists(to);
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
            copy(from, to);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(from + " cannot be copied to " + to, e);
        }
    }

    private static String hash(Path file) {
        MessageDigest digest = Sha256.digest();
        // A stream without a channel: an interrupt, which ends a training, does not close it.
        try (InputStream in = new FileInputStream(file.toFile());
                DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
            return Sha256.hex(digest);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Says what a phase of this cell has found. */
    TrainedPhase of(int phase, TrainLoop.Outcome outcome) {
        return new TrainedPhase(
                key(cell, phase + 1),
                cell.id(),
                phase,
                "",
                outcome.trainLoss(),
                outcome.evaluations().stream().map(Evaluation::top1).toList(),
                outcome.evaluations().stream().map(Evaluation::loss).toList(),
                outcome.images(),
                outcome.nonFinite(),
                CellEnvironment.of(first(cell, phase + 1)));
    }

    /** Keeps what a phase has found, once its weights are written; not where the thread is interrupted, which ends the training. */
    void keep(TrainedPhase phase) {
        TrainedPhase whole = phase.withWeights(hash(store.weights(cell.id(), phase.phase())));
        try {
            DiskRoom.write(() -> store.put(whole));
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof ClosedByInterruptException)) {
                throw e;
            }
        }
    }
}
