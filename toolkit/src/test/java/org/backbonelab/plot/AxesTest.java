package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Ticks of logarithmic axes, and what a point says. */
class AxesTest {
    private static JsonNode json(Chart chart) {
        return new ObjectMapper().valueToTree(chart.json());
    }

    @Test
    void logAxesHaveTicksWhereTheDataAre() {
        assertEquals("[\"0.5\",\"1\",\"2\",\"4\"]", ticks(0.5, 1, 2, 4));
        assertEquals(
                "[\"0.0001\",\"0.003\",\"0.1\"]", ticks(0.003, 0.1, 1e-4), "also where they are few and far apart");
        assertEquals("[\"2\",\"5\"]", ticks(1.9, 1.91, 3, 6), "two at one place get round numbers");
        assertEquals("[\"2\",\"5\"]", ticks(1.837, 3.412, 6.113), "what was measured is not round");
        double[] many = {1.3, 2.6, 5.1, 9, 17, 33, 64, 80, 90};
        assertEquals("[\"2\",\"5\",\"10\",\"20\",\"50\",\"100\"]", ticks(many));
        double[] wide = {1, 3, 10, 31, 100, 310, 1000, 3100, 10000};
        JsonNode axis = json(logX(wide)).at("/layout/xaxis");
        assertEquals(1, axis.path("dtick").asInt());
        assertFalse(axis.has("tickvals"));
        Chart given = logX(1, 2, 4).withLayout("xaxis.tickvals", List.of(3));
        assertEquals("[3]", json(given).at("/layout/xaxis/tickvals").toString());
    }

    private static String ticks(double... x) {
        return json(logX(x)).at("/layout/xaxis/ticktext").toString();
    }

    private static Chart logX(double... x) {
        Table table = Table.create(
                "t",
                DoubleColumn.create("epochs", x),
                DoubleColumn.create("loss", x),
                StringColumn.create("net", Collections.nCopies(x.length, "nfnet_micro_w16_of_long_name")));
        return Plots.lines(table, "epochs", "loss", "net").withLogX();
    }

    @Test
    void aPointSaysItsAxesAndTheWholeNameOfItsSeries() {
        JsonNode figure = json(logX(1, 2).withXTitle("images seen"));
        assertEquals(
                "images seen: %{x}<br>loss: %{y}<extra>%{fullData.name}</extra>",
                figure.at("/data/0/hovertemplate").asText());
        assertEquals(-1, figure.at("/layout/hoverlabel/namelength").asInt());
        JsonNode fitted = json(Samples.all().get("logLog"));
        fitted.path("data").forEach(trace -> assertFalse(trace.has("hoverinfo") && trace.has("hovertemplate")));
    }
}
