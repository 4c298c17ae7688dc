package org.backbonelab.study;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.RowStore;

/** What a study still has to train, said before it runs. */
final class Outlook {
    private Outlook() {}

    /** Returns how many of some cells are finished, and how long one takes, as far as finished ones tell. */
    static String of(List<Cell> cells) {
        RowStore store = new RowStore(ResultsFolder.get());
        CommittedRows committed = CommittedRows.besideNotebook();
        Optional<FreshRun> fresh = FreshRun.asked(store.folder());
        List<Row> found = cells.stream()
                .filter(c -> fresh.isEmpty() || fresh.get().hasTrained(c.id()))
                .flatMap(c -> Finished.row(c, store).or(() -> committed.find(c).map(RowLines.Line::row)).stream())
                .toList();
        String text = "%d of the %d with the first seed are finished".formatted(found.size(), cells.size());
        double mean = found.stream().mapToDouble(Row::seconds).average().orElse(Double.NaN);
        return Double.isNaN(mean) ? text : text + String.format(Locale.ROOT, ", %.1f s each on one worker", mean);
    }
}
