package org.backbonelab.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

    /** Returns these cells and those of another study, each once, under this name. */
    public Results and(Results other) {
        List<RowLines.Line> all = new ArrayList<>(lines);
        Set<String> ids = lines.stream().map(line -> line.row().id()).collect(Collectors.toSet());
        other.lines.stream().filter(line -> !ids.contains(line.row().id())).forEach(all::add);
        return new Results(name, all);
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
