package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    record Inner(double labelSmoothing, double lr) {}

    record Outer(String name, List<Inner> phases) {}

    private static String refusal(String text, Class<?> type) {
        return assertThrows(IllegalArgumentException.class, () -> Json.read(text, type, "cell.json"))
                .getMessage();
    }

    @Test
    void keysAreSorted() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", Double.NaN);
        assertEquals("{\"a\":\"NaN\",\"b\":1}", Json.write(map));
        assertEquals("{\"labelSmoothing\":0.1,\"lr\":1.0}", Json.write(new Inner(0.1, 1)));
    }

    @Test
    void valuesComeBack() {
        Outer value = new Outer("x", List.of(new Inner(0.1, Double.POSITIVE_INFINITY)));
        assertEquals(value, Json.read(Json.write(value), Outer.class, "value"));
    }

    @Test
    void anUnknownFieldIsNamedWithItsNearestKnownOne() {
        assertEquals(
                "cell.json: unknown field \"labelSmothing\" in Inner; the nearest known one is \"labelSmoothing\"",
                refusal("{\"name\": \"x\", \"phases\": [{\"labelSmothing\": 0.1, \"lr\": 1}]}", Outer.class));
    }

    @Test
    void aFieldTwiceIsRefused() {
        String message = refusal("{\"lr\": 1, \"labelSmoothing\": 0, \"lr\": 2}", Inner.class);
        assertTrue(message.contains("cell.json") && message.contains("Duplicate field 'lr'"), message);
        assertTrue(refusal("{\"lr\": 1, \"lr\": 2}", JsonNode.class).contains("Duplicate field 'lr'"));
    }

    @Test
    void textBehindTheValueIsRefused() {
        String message = refusal("{\"lr\": 1, \"labelSmoothing\": 0} {}", Inner.class);
        assertTrue(message.contains("cell.json: Trailing token"), message);
    }

    @Test
    void nullAndOtherTypesAreRefused() {
        assertTrue(refusal("null", Inner.class).contains("null"));
        assertTrue(refusal("[1]", Inner.class).contains("cell.json"));
        assertTrue(refusal("{", Inner.class).contains("cell.json"));
    }
}
