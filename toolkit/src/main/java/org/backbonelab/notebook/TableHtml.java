package org.backbonelab.notebook;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.backbonelab.plot.Numbers;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table as HTML and as text.
 *
 * <p>Numbers have four significant digits; a column whose values are of like size has the same decimals throughout.
 * Numbers stand right, text left, missing values are empty. Of a long table the first rows are shown with a note of
 * the count. The HTML sets no colours of text or ground, so that it follows the page, dark or light.
 */
final class TableHtml {
    private static final int ROWS = 60;
    private static final String CELL = "padding:3px 10px;border-bottom:1px solid rgba(128,128,128,.35);text-align:";

    private TableHtml() {}

    static String html(Table table) {
        List<List<String>> cells = cells(table);
        StringBuilder html = new StringBuilder("<table style=\"border-collapse:collapse\">");
        if (!table.name().isBlank()) {
            html.append("<caption style=\"text-align:left;caption-side:top\">")
                    .append(Markup.escape(table.name()))
                    .append("</caption>");
        }
        html.append("<thead><tr>");
        table.columns().forEach(column -> html.append(cell("th", column, column.name())));
        html.append("</tr></thead><tbody>");
        for (int row = 0; row < Math.min(ROWS, table.rowCount()); row++) {
            html.append("<tr>");
            for (int c = 0; c < cells.size(); c++) {
                html.append(cell("td", table.column(c), cells.get(c).get(row)));
            }
            html.append("</tr>");
        }
        html.append("</tbody></table>");
        return html + (table.rowCount() > ROWS ? "<p><em>" + cut(table) + "</em></p>" : "");
    }

    static String text(Table table) {
        List<List<String>> cells = cells(table);
        List<Column<?>> columns = new ArrayList<>();
        for (int c = 0; c < cells.size(); c++) {
            columns.add(StringColumn.create(table.column(c).name(), cells.get(c)));
        }
        String text = Table.create(table.name(), columns).print(ROWS).stripTrailing();
        return text.lines().map(String::stripTrailing).collect(Collectors.joining("\n"))
                + (table.rowCount() > ROWS ? "\n" + cut(table) : "");
    }

    private static String cut(Table table) {
        return "first " + ROWS + " of " + table.rowCount() + " rows";
    }

    private static List<List<String>> cells(Table table) {
        return table.columns().stream().map(TableHtml::cells).toList();
    }

    private static List<String> cells(Column<?> column) {
        int rows = Math.min(ROWS, column.size());
        if (!(column instanceof NumericColumn<?> numbers)) {
            return IntStream.range(0, rows)
                    .mapToObj(row -> column.isMissing(row) ? "" : column.getString(row))
                    .toList();
        }
        int decimals = decimals(numbers);
        return IntStream.range(0, rows)
                .mapToObj(row -> numbers.isMissing(row) ? "" : number(numbers.getDouble(row), decimals))
                .toList();
    }

    private static String number(double value, int decimals) {
        return decimals < 0 ? Numbers.text(value) : Numbers.fixed(value, decimals);
    }

    /** The decimals common to a column, or -1 where whole numbers or very different sizes ask for each its own. */
    private static int decimals(NumericColumn<?> numbers) {
        double[] sizes = IntStream.range(0, numbers.size())
                .filter(row -> !numbers.isMissing(row))
                .mapToDouble(row -> Math.abs(numbers.getDouble(row)))
                .filter(size -> size > 0)
                .toArray();
        boolean whole = IntStream.range(0, sizes.length).allMatch(i -> sizes[i] == Math.rint(sizes[i]));
        double largest = IntStream.range(0, sizes.length)
                .mapToDouble(i -> sizes[i])
                .max()
                .orElse(0);
        double smallest = IntStream.range(0, sizes.length)
                .mapToDouble(i -> sizes[i])
                .min()
                .orElse(0);
        if (whole || largest >= 1e5 || smallest < largest / 1000 || largest < 1e-3) {
            return -1;
        }
        int wanted = Math.max(0, 3 - (int) Math.floor(Math.log10(largest)));
        return Math.min(
                wanted,
                IntStream.range(0, sizes.length).map(i -> scale(sizes[i])).max().orElse(0));
    }

    /** The decimals that four significant digits of a number need: 1 for 0.5, 2 for 0.05. */
    private static int scale(double value) {
        return Math.max(
                0,
                new BigDecimal(value)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .scale());
    }

    private static String cell(String tag, Column<?> column, String text) {
        String side = column instanceof NumericColumn<?> ? "right" : "left";
        return "<" + tag + " style=\"" + CELL + side + "\">" + Markup.escape(text) + "</" + tag + ">";
    }
}
