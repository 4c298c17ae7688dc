package org.backbonelab.study;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which rows count as finished: those that today's rules of training answer alike. */
final class Finished {
    /** The entry of a row's provenance. */
    static final String SEMANTICS = "semantics";

    private static final Logger LOG = LoggerFactory.getLogger(Finished.class);
    private static final Map<String, Boolean> NAMED = new ConcurrentHashMap<>();

    private Finished() {}

    /** Tells whether everything shall be trained anew. */
    static boolean isFresh() {
        return Settings.FRESH.get().orElse("0").equals("1");
    }

    /** Returns a cell's row from the store, or nothing if it is not there or was trained by other rules. */
    static Optional<Row> row(Cell cell, RowStore store) {
        return isFresh()
                ? Optional.empty()
                : store.find(cell.id()).filter(row -> isOfToday(cell, row, "results folder"));
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
    static boolean isOfToday(Cell cell, Row row, String where) {
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
