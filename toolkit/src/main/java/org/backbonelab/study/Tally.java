package org.backbonelab.study;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.results.Measured;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.RowStore;

/** Completes cells: reads back what is finished, trains and measures the rest, counts, and says how far it is. */
final class Tally {
    private final RowStore store;
    private final CommittedRows committed;
    private final List<Measure> measures;
    private final Runner runner;
    private final Progress progress;
    private final Optional<FreshRun> fresh;
    private final Map<String, RowLines.Line> lines = new LinkedHashMap<>();
    private int total;
    private int done;

    /**
     * Starts to count.
     *
     * @param committed where a cell is looked for that the store does not have
     * @param measures wanted of every cell
     * @param runner trains what is missing
     * @param fresh the run that trains everything anew, if it is one
     */
    Tally(
            RowStore store,
            CommittedRows committed,
            List<Measure> measures,
            Runner runner,
            Progress progress,
            Optional<FreshRun> fresh) {
        this.store = store;
        this.committed = committed;
        this.measures = List.copyOf(measures);
        this.runner = runner;
        this.progress = progress;
        this.fresh = fresh;
    }

    /** Returns all that is complete, by id. */
    Map<String, RowLines.Line> lines() {
        return lines;
    }

    /** Returns the rows of what is complete, with their measures, by id. */
    Map<String, Row> rows() {
        Map<String, Row> out = new LinkedHashMap<>();
        lines.forEach((id, line) -> out.put(id, line.joined()));
        return out;
    }

    /**
     * Completes the first cells of a study.
     *
     * @param expected cells of the study in all, as far as is known
     */
    void begin(List<Cell> first, int expected) {
        total = expected;
        List<Cell> missing = readBack(first);
        done = first.size() - missing.size();
        progress.started(total, done, diverged(first));
        train(missing);
    }

    /** Completes further cells that were expected. */
    void continueWith(List<Cell> more) {
        List<Cell> missing = readBack(more);
        int found = more.size() - missing.size();
        done += found;
        if (found > 0) {
            progress.readBack(found, diverged(more), total);
        }
        train(missing);
    }

    /** Expects some more cells. */
    void expect(int more) {
        total += more;
    }

    private int diverged(List<Cell> cells) {
        return (int) cells.stream()
                .map(c -> lines.get(c.id()))
                .filter(line -> line != null && line.row().status() == Row.Status.DIVERGED)
                .count();
    }

    /** Takes what is complete and returns the others. */
    private List<Cell> readBack(List<Cell> cells) {
        List<Cell> missing = new ArrayList<>();
        for (Cell cell : cells) {
            find(cell).ifPresentOrElse(line -> lines.put(cell.id(), line), () -> missing.add(cell));
        }
        return missing;
    }

    /** Returns a cell's row and measures if none is missing. */
    private Optional<RowLines.Line> find(Cell cell) {
        if (isAnew(cell)) {
            return Optional.empty();
        }
        Optional<RowLines.Line> beside = committed.find(cell);
        Optional<Row> row = Finished.row(cell, store).or(() -> beside.map(RowLines.Line::row));
        if (row.isEmpty()) {
            return Optional.empty();
        }
        Measurement measurement = new Measurement(cell, row.get(), store);
        List<Measured> found = new ArrayList<>();
        for (Measure measure : measures) {
            measurement
                    .stored(measure)
                    .or(() -> beside.stream()
                            .flatMap(line -> line.measured().stream())
                            .filter(m -> measurement.fits(m, measure))
                            .findFirst())
                    .ifPresent(found::add);
        }
        boolean complete = found.size() == measures.size() || row.get().status() == Row.Status.DIVERGED;
        if (!complete && beside.isPresent()) {
            // The training of a committed row is repeated for its weights, which must be those of the row.
            store.put(row.get());
        }
        return complete ? Optional.of(new RowLines.Line(row.get(), found)) : Optional.empty();
    }

    private boolean isAnew(Cell cell) {
        return fresh.isPresent() && !fresh.get().hasTrained(cell.id());
    }

    private void train(List<Cell> missing) {
        if (missing.isEmpty()) {
            return;
        }
        List<String> names = measures.stream().map(Measure::name).toList();
        Map<String, Cell> byId = new LinkedHashMap<>();
        missing.forEach(cell -> byId.put(cell.id(), cell));
        List<Task> tasks = missing.stream()
                .map(cell -> new Task(cell, names, isAnew(cell)))
                .toList();
        runner.run(tasks, store, new Runner.Listener() {
            @Override
            public void done(Row row) {
                Cell cell = byId.get(row.id());
                lines.put(row.id(), measured(cell, row));
                fresh.ifPresent(run -> run.trained(row.id()));
                progress.finished(++done, total, cell.label(), result(row), seconds(row));
            }

            @Override
            public void training(Cell cell, Advance advance) {
                progress.training(cell.label(), advance);
            }

            @Override
            public void machines(String text) {
                progress.machines(text);
            }
        });
    }

    /** Takes what the runner did not know: measures that are written in a notebook. */
    private RowLines.Line measured(Cell cell, Row row) {
        if (row.status() == Row.Status.DIVERGED) {
            return new RowLines.Line(row, List.of());
        }
        Measurement here = new Measurement(cell, row, store);
        return new RowLines.Line(
                row,
                measures.stream()
                        .map(m -> here.stored(m).orElseGet(() -> here.take(m)))
                        .toList());
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
