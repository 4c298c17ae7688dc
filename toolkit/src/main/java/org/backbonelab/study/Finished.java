package org.backbonelab.study;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Damage;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which rows count as finished: those that today's rules of training answer alike. */
final class Finished {
    /** The entry of a row's provenance. */
    static final String SEMANTICS = "semantics";

    private static final String DATA = "data_sha256";
    private static final Logger LOG = LoggerFactory.getLogger(Finished.class);
    private static final Map<String, Boolean> NAMED = new ConcurrentHashMap<>();

    private Finished() {}

    /** Returns a cell's row from the store, or nothing if it is not there or {@link #isUsable not usable}. */
    static Optional<Row> row(Cell cell, RowStore store) {
        return store.find(cell.id()).filter(row -> isUsable(cell, row, "results folder"));
    }

    /**
     * Tells whether a row is an answer to a cell: it was trained by the rules of today and on the images that are here, and
     * is what it says. What is not is named.
     *
     * @param where the row is, for the message
     */
    static boolean isUsable(Cell cell, Row row, String where) {
        if (!isOfToday(cell, row, where)) {
            return false;
        }
        String problem = problem(cell, row);
        if (problem != null) {
            Damage.told(
                    new IllegalArgumentException("row " + row.id() + " (" + where + "): " + problem),
                    "its cell is trained again");
        }
        return problem == null;
    }

    private static String problem(Cell cell, Row row) {
        try {
            // The hash alone tells for most; a cell written by an older version can have other text.
            if (!Cell.idOf(row.cell()).equals(row.id())
                    && !Cell.parse(row.cell()).id().equals(row.id())) {
                return "its cell is not the one that its id is the hash of";
            }
        } catch (IllegalArgumentException e) {
            return "its cell cannot be read (" + e.getMessage() + ")";
        }
        if (!texts(row.axes()).equals(texts(Axis.of(cell)))) {
            return "its axes are not those of its cell";
        }
        String trainedOn = row.provenance().get(DATA);
        String here = trainedOn == null ? null : checksum(cell);
        return here == null || here.equals(trainedOn) ? null : "it was trained on other images under the same name";
    }

    /** A seed is a long in a cell and an integer in what was read. */
    private static Map<String, String> texts(Map<String, Object> axes) {
        Map<String, String> out = new HashMap<>();
        axes.forEach((name, value) -> out.put(name, String.valueOf(value)));
        return out;
    }

    /** Returns the checksum of the images of a cell as they are here, or null where they are not here. */
    private static String checksum(Cell cell) {
        try {
            return PhaseImages.checksum(cell);
        } catch (DataException e) {
            LOG.debug("the images of {} are not here, so its row cannot be held against them", cell.id(), e);
            return null;
        }
    }

    /** Tells whether a row was trained by the rules of today. */
    static boolean isOfToday(Cell cell, Row row) {
        return Semantics.of(cell).equals(row.provenance().get(SEMANTICS));
    }

    /**
     * Tells whether a row was trained by the rules of today; those that were not are named once a file and rule.
     *
     * @param where the row is, for the message
     */
    private static boolean isOfToday(Cell cell, Row row, String where) {
        boolean same = isOfToday(cell, row);
        if (!same && NAMED.putIfAbsent(where + row.provenance().get(SEMANTICS) + Semantics.of(cell), true) == null) {
            LOG.warn(
                    "rows such as {} ({}) were trained by the rules \"{}\", today's are \"{}\": not used",
                    row.id(),
                    where,
                    row.provenance().getOrDefault(SEMANTICS, "none"),
                    Semantics.of(cell));
        }
        return same;
    }
}
