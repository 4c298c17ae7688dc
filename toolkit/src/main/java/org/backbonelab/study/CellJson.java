package org.backbonelab.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.backbonelab.io.Json;

/**
 * The canonical JSON of a cell, which leaves out what stands in {@code neutral-recipe.json}.
 *
 * <p>That file says what a field means that a recipe does not mention. Its entries never change, and a new field of a
 * recipe gets one there: so the ids of all cells trained before stay what they were.
 */
final class CellJson {
    private static final String PHASES = "phases";
    private static final ObjectNode NEUTRAL = neutral();

    private CellJson() {}

    /** Returns the frozen values of a recipe's fields. */
    static ObjectNode neutral() {
        try (InputStream in = CellJson.class.getResourceAsStream("neutral-recipe.json")) {
            return Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), ObjectNode.class, "neutral recipe");
        } catch (IOException e) {
            throw new UncheckedIOException("neutral-recipe.json cannot be read", e);
        }
    }

    /** Returns the canonical text of a cell's JSON. */
    static String stripped(String json) {
        ObjectNode tree = Json.readOwn(json, ObjectNode.class, "cell");
        tree.path(PHASES).forEach(phase -> strip((ObjectNode) phase, NEUTRAL));
        return Json.write(tree);
    }

    /** Returns the JSON of a cell with every field of its recipes. */
    static String filled(String text) {
        ObjectNode tree = Json.read(text, ObjectNode.class, "cell");
        for (JsonNode phase : tree.path(PHASES)) {
            if (phase instanceof ObjectNode recipe) {
                fill(recipe, NEUTRAL);
            }
        }
        return Json.write(tree);
    }

    private static void strip(ObjectNode value, ObjectNode neutral) {
        for (String field : fields(value)) {
            JsonNode mine = value.get(field);
            JsonNode other = neutral.get(field);
            if (mine.equals(other)) {
                value.remove(field);
            } else if (mine instanceof ObjectNode inner && other instanceof ObjectNode innerNeutral) {
                strip(inner, innerNeutral);
            }
        }
    }

    private static void fill(ObjectNode value, ObjectNode neutral) {
        for (String field : fields(neutral)) {
            JsonNode mine = value.get(field);
            if (mine == null) {
                value.set(field, neutral.get(field).deepCopy());
            } else if (mine instanceof ObjectNode inner && neutral.get(field) instanceof ObjectNode innerNeutral) {
                fill(inner, innerNeutral);
            }
        }
    }

    private static List<String> fields(ObjectNode node) {
        return node.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }
}
