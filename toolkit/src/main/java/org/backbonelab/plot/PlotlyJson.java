package org.backbonelab.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.backbonelab.io.Json;

/** Small JSON values as ordered maps, so that equal figures give equal text. */
final class PlotlyJson {
    private static final ObjectMapper MAPPER = Json.mapper();

    private PlotlyJson() {}

    /** An ordered map of key, value, key, value. */
    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    /** A copy of {@code map} whose value at a dotted path ({@code "xaxis.title.text"}) is {@code value}. */
    static Map<String, Object> with(Map<String, Object> map, String path, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(map);
        int dot = path.indexOf('.');
        if (dot < 0) {
            copy.put(path, value);
        } else {
            String key = path.substring(0, dot);
            copy.put(key, with(object(copy.get(key)), path.substring(dot + 1), value));
        }
        return copy;
    }

    /** The value at a dotted path, or null where there is none. */
    static Object at(Map<String, Object> map, String path) {
        Object value = map;
        for (String key : path.split("\\.", -1)) {
            value = object(value).get(key);
        }
        return value;
    }

    /** The value as an object; an empty one where it is none. */
    @SuppressWarnings("unchecked") // JSON objects have string keys
    static Map<String, Object> object(Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    /** A deep copy in which every object has gone through {@code change} and no number is NaN or infinite. */
    static Object clean(Object value, UnaryOperator<Map<String, Object>> change) {
        if (value instanceof Map<?, ?>) {
            Map<String, Object> copy = new LinkedHashMap<>();
            object(value).forEach((key, item) -> copy.put(key, clean(item, change)));
            return change.apply(copy);
        }
        if (value instanceof Iterable<?> items) {
            List<Object> copy = new ArrayList<>();
            items.forEach(item -> copy.add(clean(item, change)));
            return copy;
        }
        boolean unwritable = value instanceof Number number && !Double.isFinite(number.doubleValue());
        return unwritable ? null : value;
    }

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
