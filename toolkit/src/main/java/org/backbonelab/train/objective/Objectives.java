package org.backbonelab.train.objective;

import static org.backbonelab.io.Checks.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.backbonelab.data.Dataset;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.ObjectiveSettings;
import org.backbonelab.recipe.Recipe;

/** The objectives by name: a new one is one file and one line here. */
public final class Objectives {
    private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

    static {
        Map<String, Double> smoothing = Map.of(Recipe.LABEL_SMOOTHING, 0.0);
        add("supervised", "softmax cross-entropy", smoothing, true, Supervised::softmax);
        add("bce", "binary cross-entropy of every class, arXiv 2110.00476", smoothing, true, Supervised::binary);
        add("fcmae", "masked auto-encoding, arXiv 2301.00808", Masked.DEFAULTS, false, Masked::of);
        add(
                "supcon",
                "supervised contrastive, arXiv 2004.11362",
                Map.of(SupervisedContrastive.TEMPERATURE, 0.1),
                false,
                SupervisedContrastive::of);
        add(
                "adversarial",
                "fast adversarial training, arXiv 2001.03994",
                Map.of(Recipe.LABEL_SMOOTHING, 0.0, Adversarial.EPSILON, 8.0 / 255, Adversarial.STEP, 1.25),
                true,
                Adversarial::of);
    }

    /**
     * One objective.
     *
     * @param name as recipes say it
     * @param source what it is, and the paper
     * @param defaults all its settings with their values
     * @param classifies whether it trains the classifier, so that accuracy says how far it is
     * @param factory makes it
     */
    public record Entry(
            String name,
            String source,
            Map<String, Double> defaults,
            boolean classifies,
            Function<ObjectiveContext, Objective> factory) {
        private ObjectiveSettings complete(ObjectiveSettings given) {
            Map<String, Double> all = new LinkedHashMap<>(defaults);
            all.putAll(given.settings());
            return new ObjectiveSettings(name, all);
        }
    }

    private Objectives() {}

    private static void add(
            String name,
            String source,
            Map<String, Double> defaults,
            boolean classifies,
            Function<ObjectiveContext, Objective> factory) {
        ENTRIES.put(name, new Entry(name, source, Map.copyOf(defaults), classifies, factory));
    }

    /** Returns all names, in the order of the list. */
    public static List<String> names() {
        return List.copyOf(ENTRIES.keySet());
    }

    /**
     * Returns the entry of a name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static Entry get(String name) {
        Entry entry = ENTRIES.get(name);
        require(entry != null, "objective", "\"" + name + "\"", "one of " + String.join(", ", names()));
        return entry;
    }

    /**
     * Checks what a recipe says of its objective.
     *
     * @throws IllegalArgumentException if there is no such objective, it has no such setting, or the recipe asks for
     *     evaluations on the way of an objective that trains no classifier
     */
    public static void check(Recipe recipe) {
        ObjectiveSettings asked = recipe.objective();
        Entry entry = get(asked.name());
        Set<String> known = entry.defaults.keySet();
        for (String setting : asked.settings().keySet()) {
            require(known.contains(setting), "a setting of objective " + entry.name, setting, "one of " + known);
        }
        int every = recipe.evaluation().every();
        require(
                every == 0 || entry.classifies,
                "evaluate every",
                every,
                "0, for the objective " + entry.name + " trains no classifier");
    }

    /** Makes the objective of a phase that needs to know nothing of its images. */
    public static Objective of(Recipe recipe, Backbone model, long seed, int phase) {
        return of(recipe, model, null, seed, phase);
    }

    /**
     * Makes the objective of a phase.
     *
     * @param model the network it trains, initialised
     * @param images what it is trained on, or null where that is not known
     * @param seed of the training
     * @param phase number of the phase in the training, from 0
     * @throws IllegalArgumentException if the recipe's objective does not fit this network
     */
    public static Objective of(Recipe recipe, Backbone model, Dataset images, long seed, int phase) {
        check(recipe);
        Entry entry = get(recipe.objective().name());
        return entry.factory.apply(
                new ObjectiveContext(model, entry.complete(recipe.objective()), images, seed, phase));
    }
}
