package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.results.Measured;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Cell CELL = Studies.small("resnet_micro").cells(0).get(0);

    /** One cell on which the named measures found a number each. */
    private static Results found(String study, double value, String... measures) {
        return found(study, "of one training", value, measures);
    }

    private static Results found(String study, String weights, double value, String... measures) {
        Row row = new Row(
                CELL.id(),
                CELL.json(),
                Axis.of(CELL),
                Row.Status.OK,
                Map.of("val_top1", value),
                Map.of(),
                Map.of("weights_sha256", weights),
                1);
        List<Measured> measured = Arrays.stream(measures)
                .map(name -> new Measured(CELL.id(), name, 1, Map.of(name, value), Map.of(), Map.of()))
                .toList();
        return new Results(study, List.of(new RowLines.Line(row, measured)));
    }

    /** A notebook measures more on a network that it trained in an earlier part. */
    @Test
    void joinedStudiesKeepAllThatWasMeasuredOfACell() {
        Results joined = found("first", 1, "a", "b").and(found("second", 2, "b", "c"));
        assertEquals("first", joined.name());
        Row row = joined.rows().get(0);
        assertEquals(1, joined.rows().size());
        assertEquals(1, row.metrics().get("val_top1"));
        assertEquals(
                List.of(1.0, 1.0, 2.0),
                List.of("a", "b", "c").stream().map(row.metrics()::get).toList());
    }

    /** Row and measures are of one network. */
    @Test
    void aCellThatWasTrainedAnewForItsMeasuresTakesThePlace() {
        Results joined = found("first", 1, "a").and(found("second", "of another", 2, "b"));
        Row row = joined.rows().get(0);
        assertEquals(2, row.metrics().get("val_top1"));
        assertEquals(2, row.metrics().get("b"));
        assertEquals(null, row.metrics().get("a"));
    }

    @Test
    void otherCellsFollowInTheirOrder() {
        Results two = new Results(
                "two",
                Studies.small("resnet_micro").seeds(1, 2).cells(1, 2).stream()
                        .map(cell -> new RowLines.Line(
                                new Row(
                                        cell.id(),
                                        cell.json(),
                                        Axis.of(cell),
                                        Row.Status.OK,
                                        Map.of(),
                                        Map.of(),
                                        Map.of(),
                                        1),
                                List.of()))
                        .toList());
        Results all = found("one", 1).and(two).and(two);
        assertEquals(
                List.of(CELL.id(), two.rows().get(0).id(), two.rows().get(1).id()),
                all.rows().stream().map(Row::id).toList());
    }
}
