package org.backbonelab.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Published tables, as test resources. */
public final class Papers {
    private Papers() {}

    /** Returns the lines of {@code papers/<name>.csv}, cut at commas; the first is the header. */
    public static List<String[]> read(String name) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Papers.class.getResourceAsStream("/papers/" + name + ".csv"), StandardCharsets.UTF_8))) {
            return in.lines().map(line -> line.split(",", -1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
