package org.backbonelab.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collection;
import java.util.List;

/**
 * JSON as the toolkit reads and writes it.
 *
 * <p>Written with sorted keys, so equal values give equal text. Read strictly: a field that its record does not know, a
 * field twice, and text behind the value are errors, for what is passed over in silence is a setting that someone
 * believes in. A record that is read across versions says so by {@code @JsonIgnoreProperties(ignoreUnknown = true)}.
 */
public final class Json {
    private static final ObjectMapper CANONICAL = canonical(strict());

    /** For text that {@link #write} has made: no field is in it twice, and to look for that takes a fifth of the time. */
    private static final ObjectMapper OWN = canonical(strict().disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION));

    private Json() {}

    private static ObjectMapper canonical(JsonMapper.Builder builder) {
        return builder.enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .build();
    }

    private static JsonMapper.Builder strict() {
        return JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** Returns a mapper that reads as strictly and leaves keys in their order, for formats that are not ours. */
    public static JsonMapper mapper() {
        return strict().build();
    }

    /** Returns the canonical text on one line; NaN and infinities are strings. */
    public static String write(Object value) {
        try {
            return CANONICAL.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /**
     * Reads a value.
     *
     * @param where named in the error
     * @throws IllegalArgumentException if the text is not JSON of that type; an unknown field is named, with the known
     *     one that is nearest
     */
    public static <T> T read(String text, Class<T> type, String where) {
        return read(CANONICAL, text, type, where);
    }

    /**
     * Reads a value that {@link #write} has written: text of this process, or under an intact {@link Seal}.
     *
     * @param where named in the error
     * @throws IllegalArgumentException if the text is not JSON of that type
     */
    public static <T> T readOwn(String text, Class<T> type, String where) {
        return read(OWN, text, type, where);
    }

    private static <T> T read(ObjectMapper mapper, String text, Class<T> type, String where) {
        try {
            T value = mapper.readValue(text, type);
            if (value == null) {
                throw new IllegalArgumentException(where + ": null, expected a " + type.getSimpleName());
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(where + ": " + unknown(e), e);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
            String message = cause == e ? e.getOriginalMessage() : cause.getMessage();
            throw new IllegalArgumentException(where + ": " + message, e);
        }
    }

    private static String unknown(UnrecognizedPropertyException e) {
        String name = e.getPropertyName();
        Collection<Object> known = e.getKnownPropertyIds() == null ? List.of() : e.getKnownPropertyIds();
        String hint = Spelling.nearest(name, known.stream().map(String::valueOf).toList())
                .map(k -> "; the nearest known one is \"" + k + "\"")
                .orElse("");
        return "unknown field \"" + name + "\" in " + e.getReferringClass().getSimpleName() + hint;
    }
}
