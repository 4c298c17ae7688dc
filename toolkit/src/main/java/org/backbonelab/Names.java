package org.backbonelab;

import static java.util.Map.entry;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.backbonelab.data.Datasets;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.train.objective.Objectives;

/** The names that calls of the toolkit take as strings, for kernels that complete what is being typed. */
public final class Names {
    private static final Map<String, Supplier<Collection<String>>> OF_CALL = Map.ofEntries(
            entry("backbones", Backbones::names),
            entry("backbone", Backbones::names),
            entry("recipe", Backbones::names),
            entry("dataset", Backbones::names),
            entry("Backbones.create", Backbones::names),
            entry("Backbones.describe", Backbones::names),
            entry("Backbones.family", Backbones::names),
            entry("Recommendation.of", Backbones::names),
            entry("optimizers", Optimizers::names),
            entry("withOptimizer", Optimizers::names),
            entry("Optimizers.get", Optimizers::names),
            entry("withObjective", Objectives::names),
            entry("Objectives.get", Objectives::names),
            entry("withSource", Datasets::names),
            entry("Study.of", Datasets::names),
            entry("Datasets.get", Datasets::names),
            entry("Datasets.download", Datasets::downloadable));

    private Names() {}

    /**
     * Returns the names that may stand in a string among the arguments of a call; none if nothing is known of it.
     *
     * @param call what stands before the parenthesis, such as {@code Optimizers.get} or {@code .withOptimizer}
     */
    public static List<String> of(String call) {
        String method = call.substring(call.lastIndexOf('.') + 1);
        Supplier<Collection<String>> names = OF_CALL.getOrDefault(call, OF_CALL.getOrDefault(method, List::of));
        return List.copyOf(names.get());
    }
}
