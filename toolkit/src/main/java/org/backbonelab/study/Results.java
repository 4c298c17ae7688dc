package org.backbonelab.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.backbonelab.results.CsvRows;
import org.backbonelab.results.Row;
import org.backbonelab.results.Tables;
import tech.tablesaw.api.Table;

/**
 * The finished cells of a study, in the study's order.
 *
 * @param name of the study
 * @param rows one for each cell
 */
public record Results(String name, List<Row> rows) {
    /** Returns one row a cell: id, axes, status, metrics, commit, seconds. */
    public Table table() {
        return Tables.of(name, rows);
    }

    /** Returns a named series in long form: the axes, {@code index} and {@code value}. */
    public Table series(String series) {
        return Tables.series(series, rows);
    }

    /** Returns these cells and those of another study, each once, under this name. */
    public Results and(Results other) {
        List<Row> all = new ArrayList<>(rows);
        Set<String> ids = rows.stream().map(Row::id).collect(Collectors.toSet());
        other.rows.stream().filter(row -> !ids.contains(row.id())).forEach(all::add);
        return new Results(name, all);
    }

    /**
     * Writes the table as {@code <name>.csv} into the results folder, and where there are series
     * {@code <name>-series.csv} beside it.
     *
     * @return the table's file
     */
    public Path writeCsv() {
        Path file = Study.resultsFolder().resolve(name + ".csv");
        CsvRows.write(rows, file);
        return file;
    }
}
