package org.backbonelab.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

class TableHtmlTest {
    private static List<String> cells(Column<?> column) {
        return Pattern.compile("<td[^>]*>(.*?)</td>")
                .matcher(TableHtml.html(Table.create("", column)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void numbersAreRoundedAlikeWithinAColumn() {
        assertEquals(List.of("81.23", "9.57", ""), cells(DoubleColumn.create("top1", 81.2345, 9.5678, Double.NaN)));
        assertEquals(List.of("0.1", "0.0005", "1e-5"), cells(DoubleColumn.create("lr", 0.1, 5e-4, 1e-5)));
        assertEquals(List.of("5000", "3"), cells(DoubleColumn.create("whole", 5000, 3)));
        assertEquals(
                List.of("7", ""),
                cells(IntColumn.create(
                        "n", 7, IntColumn.create("m").appendMissing().getInt(0))));
        assertEquals(List.of("123456789012"), cells(LongColumn.create("macs", 123456789012L)));
    }

    @Test
    void numbersStandRightAndTextLeftAndEscaped() {
        Table table = Table.create(
                "a & b", StringColumn.create("<name>", "<script>\"'", null), DoubleColumn.create("v", 1.5, 2.5));
        String html = TableHtml.html(table);
        assertTrue(html.contains("text-align:left\">&lt;script&gt;&quot;&#39;</td>"), html);
        assertTrue(html.contains("text-align:right\">1.5</td>"), html);
        assertTrue(html.contains(">&lt;name&gt;</th>") && html.contains("a &amp; b"), html);
        assertFalse(html.contains("<script"), html);
    }

    @Test
    void longTablesAreCutWithTheirCount() {
        Table table = Table.create("long", IntColumn.create("i", IntStream.range(0, 75)));
        String html = TableHtml.html(table);
        assertTrue(html.contains(">59</td>") && !html.contains(">60</td>"));
        assertTrue(html.contains("first 60 of 75 rows"));
        assertTrue(TableHtml.text(table).endsWith("first 60 of 75 rows"));
        assertFalse(TableHtml.html(table.first(60)).contains("first 60"));
    }
}
