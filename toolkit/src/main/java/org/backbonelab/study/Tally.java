package org.backbonelab.study;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;

/** Completes cells: reads back what is finished, trains the rest, counts, and says how far it is. */
final class Tally {
    private final RowStore store;
    private final CommittedRows committed;
    private final Progress progress;
    private int total;
    private int done;

    /**
     * Starts to count.
     *
     * @param committed where a cell is looked for that the store does not have
     * @param total cells that are expected
     */
    Tally(int total, RowStore store, CommittedRows committed, Progress progress) {
        this.total = total;
        this.store = store;
        this.committed = committed;
        this.progress = progress;
    }

    /** Completes the first cells of a study. */
    Map<String, Row> begin(List<Cell> first, Runner runner) {
        List<Row> found = found(first);
        done = found.size();
        progress.started(total, done, diverged(found));
        return complete(first, runner);
    }

    /** Completes further cells that were expected. */
    Map<String, Row> continueWith(List<Cell> more, Runner runner) {
        List<Row> found = found(more);
        done += found.size();
        if (!found.isEmpty()) {
            progress.readBack(found.size(), diverged(found), total);
        }
        return complete(more, runner);
    }

    /** Expects some more cells. */
    void expect(int more) {
        total += more;
    }

    /** Tells whether everything shall be trained anew. */
    static boolean isFresh() {
        return Settings.FRESH.get().orElse("0").equals("1");
    }

    private List<Row> found(List<Cell> cells) {
        return cells.stream().flatMap(c -> find(c).stream()).toList();
    }

    private static int diverged(List<Row> rows) {
        return (int)
                rows.stream().filter(row -> row.status() == Row.Status.DIVERGED).count();
    }

    private Optional<Row> find(Cell cell) {
        return isFresh() ? Optional.empty() : store.find(cell.id()).or(() -> committed.find(cell));
    }

    private Map<String, Row> complete(List<Cell> cells, Runner runner) {
        Map<String, Row> rows = new LinkedHashMap<>();
        List<Cell> missing = new ArrayList<>();
        for (Cell cell : cells) {
            find(cell).ifPresentOrElse(row -> rows.put(cell.id(), row), () -> missing.add(cell));
        }
        if (!missing.isEmpty()) {
            runner.run(missing, store, row -> {
                rows.put(row.id(), row);
                progress.finished(++done, total, Cell.parse(row.cell()).label(), result(row), seconds(row));
            });
        }
        return rows;
    }

    private static String result(Row row) {
        return row.status() == Row.Status.DIVERGED
                ? "diverged"
                : String.format(Locale.ROOT, "%.1f %%", row.metrics().get("test_top1"));
    }

    private static Duration seconds(Row row) {
        return Duration.ofMillis(Math.round(row.seconds() * 1000));
    }
}
