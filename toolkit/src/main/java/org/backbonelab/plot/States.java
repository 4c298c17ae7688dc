package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One figure that goes through the states of several: under a slider, with a play button, or under a menu.
 *
 * <p>The controls are Plotly's own and run in the page: they need no kernel and no extension, and stay in exported HTML. The
 * traces of all states are in the figure, and those of one are visible; a state also has its title, axes and annotations.
 */
final class States {
    private static final String MARK = "▶ ";
    private static final int CONTROLS = 80;
    private static final int MENU = 45;
    private static final int PLAY_MILLIS = 700;
    /** What a state may say differently from the one that is shown first. */
    private static final List<String> OF_A_STATE =
            List.of("title", "xaxis", "yaxis", "annotations", "coloraxis", "shapes", "barmode");

    private final String name;
    private final List<String> labels;
    private final List<Chart> charts;
    private final int shown;

    States(String name, Map<String, Chart> states, String shown) {
        this.name = name;
        labels = List.copyOf(states.keySet());
        charts = List.copyOf(states.values());
        this.shown = labels.indexOf(shown);
        if (labels.size() < 2) {
            throw new IllegalArgumentException(
                    "states of \"" + name + "\" are " + labels + ", expected two figures or more to choose from");
        }
        if (this.shown < 0) {
            throw new IllegalArgumentException(
                    "the state shown of \"" + name + "\" is \"" + shown + "\", expected one of " + labels);
        }
    }

    Chart slider(boolean plays) {
        Map<String, Object> slider = PlotlyJson.map("active", shown, "x", plays ? 0.15 : 0, "len", plays ? 0.85 : 1);
        slider.putAll(PlotlyJson.map("y", 0, "yanchor", "top", "pad", PlotlyJson.map("t", 65, "b", 0)));
        slider.put("currentvalue", PlotlyJson.map("prefix", name + ": ", "font", PlotlyJson.map("size", 14)));
        slider.put("steps", choices(""));
        Map<String, Object> layout = roomBelow(CONTROLS);
        layout = PlotlyJson.with(layout, "sliders", List.of(slider));
        return chart(plays ? PlotlyJson.with(layout, "updatemenus", List.of(playButton())) : layout);
    }

    Chart dropDown() {
        Map<String, Object> menu = PlotlyJson.map("active", shown, "type", "dropdown", "showactive", true);
        menu.putAll(PlotlyJson.map("x", 0, "xanchor", "left", "y", 0, "yanchor", "top", "direction", "up"));
        menu.put("pad", PlotlyJson.map("t", 60));
        menu.put("buttons", choices(name + ": "));
        return chart(PlotlyJson.with(roomBelow(MENU), "updatemenus", List.of(menu)));
    }

    private Map<String, Object> playButton() {
        Map<String, Object> running = PlotlyJson.map("mode", "immediate", "fromcurrent", false);
        running.put("frame", PlotlyJson.map("duration", PLAY_MILLIS, "redraw", true));
        running.put("transition", PlotlyJson.map("duration", 0));
        Map<String, Object> play = PlotlyJson.map("label", MARK + "play", "method", "animate");
        List<Object> arguments = new ArrayList<>();
        // No frame is named: all, in their order.
        arguments.add(null);
        arguments.add(running);
        play.put("args", arguments);
        Map<String, Object> menu = PlotlyJson.map("type", "buttons", "showactive", false, "buttons", List.of(play));
        menu.putAll(PlotlyJson.map("x", 0, "xanchor", "left", "y", 0, "yanchor", "top"));
        menu.put("pad", PlotlyJson.map("t", 60));
        return menu;
    }

    /** A step of a slider, or an entry of a menu, for each state. */
    private List<Map<String, Object>> choices(String prefix) {
        return labels.stream()
                .map(label -> {
                    Map<String, Object> at = PlotlyJson.map("mode", "immediate");
                    at.put("frame", PlotlyJson.map("duration", 0, "redraw", true));
                    at.put("transition", PlotlyJson.map("duration", 0));
                    return PlotlyJson.map(
                            "label", prefix + label, "method", "animate", "args", List.of(List.of(label), at));
                })
                .toList();
    }

    private Map<String, Object> roomBelow(int pixels) {
        Map<String, Object> layout = charts.get(shown).layout();
        int height = ((Number) layout.get("height")).intValue();
        int bottom = ((Number) PlotlyJson.at(layout, "margin.b")).intValue();
        return PlotlyJson.with(PlotlyJson.with(layout, "height", height + pixels), "margin.b", bottom + pixels);
    }

    private Chart chart(Map<String, Object> layout) {
        List<Map<String, Object>> traces = new ArrayList<>();
        List<Map<String, Object>> complete = charts.stream().map(Chart::json).toList();
        List<Integer> owners = new ArrayList<>();
        for (int state = 0; state < charts.size(); state++) {
            for (Object trace : (List<?>) complete.get(state).get("data")) {
                traces.add(PlotlyJson.with(PlotlyJson.object(trace), "visible", state == shown));
                owners.add(state);
            }
        }
        List<Map<String, Object>> frames = new ArrayList<>();
        for (int state = 0; state < charts.size(); state++) {
            frames.add(
                    frame(state, owners, PlotlyJson.object(complete.get(state).get("layout"))));
        }
        return new Chart(traces, layout, frames);
    }

    private Map<String, Object> frame(int state, List<Integer> owners, Map<String, Object> layout) {
        Map<String, Object> changed = new LinkedHashMap<>();
        OF_A_STATE.stream().filter(layout::containsKey).forEach(key -> changed.put(key, layout.get(key)));
        List<Map<String, Object>> data = owners.stream()
                .map(owner -> PlotlyJson.map("visible", owner == state))
                .toList();
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < owners.size(); i++) {
            all.add(i);
        }
        Map<String, Object> frame = PlotlyJson.map("name", labels.get(state), "data", data, "traces", all);
        frame.put("layout", changed);
        return frame;
    }
}
