package org.backbonelab.statistics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A published table among our resources: plain CSV, cells without commas or quotes.
 *
 * @param file its name
 * @param header the names of the columns
 * @param lines one array of cells a line
 */
record PublishedTable(String file, List<String> header, List<String[]> lines) {
    /**
     * Reads a table.
     *
     * @throws IllegalStateException if a line has more or fewer cells than the header
     */
    static PublishedTable read(String file) {
        try (InputStream in = PublishedTable.class.getResourceAsStream(file)) {
            List<String[]> all = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(",", -1))
                    .toList();
            List<String> header = List.of(all.get(0));
            for (String[] line : all) {
                if (line.length != header.size()) {
                    throw new IllegalStateException(file + ": line of " + line[0] + " has " + line.length
                            + " cells, expected " + header.size());
                }
            }
            return new PublishedTable(file, header, all.subList(1, all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** Returns the numbers of a column. */
    double[] numbers(int column) {
        return lines.stream()
                .mapToDouble(line -> Double.parseDouble(line[column]))
                .toArray();
    }
}
