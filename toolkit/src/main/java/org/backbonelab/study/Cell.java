package org.backbonelab.study;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.backbonelab.data.Datasets;
import org.backbonelab.io.Json;
import org.backbonelab.io.Sha256;
import org.backbonelab.model.Backbones;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.train.objective.Objectives;

/**
 * One training, complete: what is written here is all that decides its result.
 *
 * @param dataset a name of {@link Datasets}
 * @param trainImages how many to train on
 * @param validationImages how many are held out to choose hyper-parameters on
 * @param testImages how many to report on
 * @param backbone a name of {@link Backbones}
 * @param track a label for the sequence of phases, such as {@code fcmae}
 * @param phases trained one after the other on the same weights
 * @param seed of initial values, order, augmentation, masks; the choice of images is the same for all seeds
 */
public record Cell(
        String dataset,
        int trainImages,
        int validationImages,
        int testImages,
        String backbone,
        String track,
        List<Recipe> phases,
        long seed) {
    private static final int ID_LENGTH = 16;

    /** Checks the names and that there is a phase. */
    public Cell {
        Datasets.check(dataset);
        Backbones.check(backbone);
        phases = List.copyOf(phases);
        if (phases.isEmpty()) {
            throw new IllegalArgumentException("a cell has no phase, expected one recipe or more");
        }
        phases.forEach(Objectives::check);
    }

    /** Returns this cell with other phases. */
    Cell withPhases(List<Recipe> value) {
        return new Cell(dataset, trainImages, validationImages, testImages, backbone, track, value, seed);
    }

    /** Returns the canonical JSON; a recipe's field that is not in it has its neutral value. */
    public String json() {
        return CellJson.stripped(Json.write(this));
    }

    /**
     * Reads a cell back.
     *
     * @throws IllegalArgumentException if the text is no cell
     */
    public static Cell parse(String json) {
        return Json.read(CellJson.filled(json), Cell.class, "cell");
    }

    /** Returns the hash of the canonical JSON: equal cells have equal ids. */
    public String id() {
        return idOf(json());
    }

    /** Returns the hash of a cell's JSON, which is its id where the JSON is canonical. */
    static String idOf(String json) {
        return Sha256.hex(json).substring(0, ID_LENGTH);
    }

    /** Returns the recipe of the last phase, which the axes describe. */
    @JsonIgnore
    public Recipe recipe() {
        return phases.get(phases.size() - 1);
    }

    /** Returns a short text for people. */
    @JsonIgnore
    public String label() {
        Recipe r = recipe();
        String kind =
                r.optimization().hasOtherSharpness() ? " " + r.optimization().sharpness() : "";
        String extra = (r.optimization().rho() > 0 ? " rho " + r.optimization().rho() + kind : "")
                + (phases.size() > 1 ? " " + track : "");
        return backbone + " + " + r.optimization().optimizer() + " lr "
                + r.optimization().lr() + extra + " seed " + seed;
    }
}
