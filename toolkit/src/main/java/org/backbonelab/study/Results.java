package org.backbonelab.study;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.Tables;
import tech.tablesaw.api.Table;

/**
 * The finished cells of a study, in the study's order.
 *
 * @param name of the study
 * @param lines one for each cell: its row, and what was measured on its network
 */
public record Results(String name, List<RowLines.Line> lines) {
    /** Copies the list. */
    public Results {
        lines = List.copyOf(lines);
    }

    /** Returns the rows with their measures. */
    public List<Row> rows() {
        return lines.stream().map(RowLines.Line::joined).toList();
    }

    /** Returns one row a cell: id, axes, status, metrics, commit, seconds. */
    public Table table() {
        return Tables.of(name, rows());
    }

    /** Returns a named series in long form: the axes, {@code index} and {@code value}. */
    public Table series(String series) {
        return Tables.series(series, rows());
    }

    /**
     * Returns these cells and those of another study, each once, under this name.
     *
     * <p>Of a cell that both have, the row is this study's, with what only the other one measured on its network; or the other
     * one's, if that was trained anew since.
     */
    public Results and(Results other) {
        Map<String, RowLines.Line> all = new LinkedHashMap<>();
        Stream.concat(lines.stream(), other.lines.stream())
                .forEach(line -> all.merge(line.row().id(), line, RowLines.Line::and));
        return new Results(name, List.copyOf(all.values()));
    }

    /**
     * Writes the cells as {@code <name>.jsonl} into the results folder, each enough to train it again, and as a view for
     * people {@code <name>.csv}.
     */
    public void save() {
        Path folder = ResultsFolder.get();
        RowLines.write(lines, folder.resolve(name + RowLines.ENDING));
        Tables.writeCsv(table(), folder.resolve(name + ".csv"));
    }
}
