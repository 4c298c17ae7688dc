package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is learned: an objective by its name, and its numbers.
 *
 * @param name one of the list of objectives, such as {@code supervised}
 * @param settings numbers of that objective by name, such as {@code label_smoothing}; what is not in it has the value that
 *     the objective's entry in the list gives
 */
public record ObjectiveSettings(String name, Map<String, Double> settings) {
    /** Checks that there is a name and that all settings are numbers; the list of objectives checks what they mean. */
    public ObjectiveSettings {
        require(name != null && !name.isBlank(), "objective", name, "a name of the list of objectives");
        require(settings != null, "settings of objective " + name, settings, "numbers by name");
        settings = new TreeMap<>(settings);
        settings.forEach((key, value) -> require(
                value != null && Double.isFinite(value),
                "setting " + key + " of objective " + name,
                value,
                "a number"));
    }

    /** Returns these settings with the value that the objective's entry gives. */
    public ObjectiveSettings without(String key) {
        Map<String, Double> less = new TreeMap<>(settings);
        less.remove(key);
        return new ObjectiveSettings(name, less);
    }

    /** Returns these settings with another value. */
    public ObjectiveSettings with(String key, double value) {
        Map<String, Double> more = new TreeMap<>(settings);
        more.put(key, value);
        return new ObjectiveSettings(name, more);
    }
}
