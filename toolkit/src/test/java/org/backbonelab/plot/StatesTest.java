package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Figures that go through states; that a browser does so is in PlotlyPageTest. */
class StatesTest {
    static Map<String, Chart> states() {
        Map<String, Chart> states = new LinkedHashMap<>();
        states.put("plain", Samples.all().get("scatter").withTitle("Without SAM"));
        states.put("rho 0.1", Samples.all().get("heatmap").withTitle("With SAM"));
        return states;
    }

    private static JsonNode json(Chart chart) {
        return new ObjectMapper().valueToTree(FigureJson.of(chart).content());
    }

    @Test
    void theStateShownFirstIsVisibleAndTheOthersAreFrames() {
        Map<String, Chart> states = states();
        JsonNode figure = json(Plots.play("rho", states, "rho 0.1"));
        JsonNode alone = json(states.get("rho 0.1"));
        int before = json(states.get("plain")).path("data").size();
        int traces = before + alone.path("data").size();
        assertEquals(traces, figure.path("data").size());
        for (int i = 0; i < traces; i++) {
            assertEquals(i >= before, figure.at("/data/" + i + "/visible").asBoolean(), "trace " + i);
            assertEquals(
                    i < before, figure.at("/frames/0/data/" + i + "/visible").asBoolean(), "trace " + i);
        }
        assertEquals("With SAM", figure.at("/layout/title/text").asText());
        assertEquals("Without SAM", figure.at("/frames/0/layout/title/text").asText());
        assertEquals(alone.at("/layout/annotations"), figure.at("/frames/1/layout/annotations"));
        assertEquals("plain", figure.at("/layout/sliders/0/steps/0/label").asText());
        assertEquals(
                "[\"plain\"]", figure.at("/layout/sliders/0/steps/0/args/0").toString());
        assertEquals(1, figure.at("/layout/sliders/0/active").asInt());
        assertEquals("rho: ", figure.at("/layout/sliders/0/currentvalue/prefix").asText());
        assertEquals(
                "▶ play", figure.at("/layout/updatemenus/0/buttons/0/label").asText());
        assertEquals(
                alone.at("/layout/height").asInt() + 80,
                figure.at("/layout/height").asInt());
    }

    @Test
    void aSliderHasNoButtonAndAMenuNoSlider() {
        JsonNode slider = json(Plots.slider("rho", states(), "plain"));
        assertTrue(slider.at("/layout").has("sliders"));
        assertFalse(slider.at("/layout").has("updatemenus"));
        JsonNode menu = json(Plots.dropDown("rho", states(), "plain"));
        assertFalse(menu.at("/layout").has("sliders"));
        assertEquals("dropdown", menu.at("/layout/updatemenus/0/type").asText());
        assertEquals(2, menu.at("/layout/updatemenus/0/buttons").size());
        assertEquals(
                "rho: plain", menu.at("/layout/updatemenus/0/buttons/0/label").asText());
    }

    @Test
    void everythingElseOfAChartCanStillBeSet() {
        JsonNode figure =
                json(Plots.slider("rho", states(), "plain").withSize(500, 400).withXTitle("step"));
        assertEquals(500, figure.at("/layout/width").asInt());
        assertEquals(2, figure.path("frames").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rho 0.2", ""})
    void aStateThatIsNotThereIsRefused(String shown) {
        String message = assertThrows(IllegalArgumentException.class, () -> Plots.slider("rho", states(), shown))
                .getMessage();
        assertEquals("the state shown of \"rho\" is \"" + shown + "\", expected one of [plain, rho 0.1]", message);
    }

    @Test
    void oneStateIsNoChoice() {
        Map<String, Chart> one = Map.of("a", Samples.all().get("scatter"));
        assertThrows(IllegalArgumentException.class, () -> Plots.dropDown("rho", one, "a"));
    }
}
