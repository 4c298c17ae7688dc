package org.backbonelab.notebook;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.backbonelab.plot.Numbers;
import org.backbonelab.study.Advance;
import org.backbonelab.study.Progress;

/**
 * The progress of a study as one output that updates in place.
 *
 * <p>Shows cells done of all (read back, trained; of both together, diverged), a bar, the time spent and left, the cells in
 * training with their epoch, loss and time left, and the last result. Time left assumes that the rest goes as fast as what
 * was trained so far. A result that contains "diverged", in any case, counts as such. Outside a notebook a line of text is
 * printed for every cell that ends.
 */
public final class LiveProgress implements Progress {
    private static final int BAR = 30;
    /** Cells, or shares of cells, from which the time left is told: the first share holds the start of a worker too. */
    private static final double KNOWN = 0.2;

    private final String title;
    private final Supplier<Duration> clock;
    private final Map<String, InTraining> training = new LinkedHashMap<>();
    private Live live;
    private int total;
    private int readBack;
    private int trained;
    private int diverged;
    private Duration start = Duration.ZERO;
    private String last = "";
    private String machines = "";
    private boolean over;

    /** A cell in training: where it was when it was first heard of, and where it is. */
    private record InTraining(Duration since, double share, Advance now) {
        String line(String label, Duration clock) {
            double gained = now.share() - share;
            Duration spent = clock.minus(since);
            String left = gained <= 0 ? "" : ", about " + readable(scaled(spent, (1 - now.share()) / gained)) + " left";
            return String.format(
                    Locale.ROOT,
                    "%s: epoch %.1f of %s, loss %s%s",
                    label,
                    now.epoch(),
                    Numbers.text(now.epochs()),
                    Numbers.text(now.loss()),
                    left);
        }
    }

    /** Progress under a title, such as the study's name; shown when the study starts. */
    public LiveProgress(String title) {
        this(title, () -> Duration.ofNanos(System.nanoTime()));
    }

    LiveProgress(String title, Supplier<Duration> clock) {
        this.title = title;
        this.clock = clock;
    }

    @Override
    public synchronized void started(int total, int done, int divergedBefore) {
        this.total = total;
        readBack = done;
        trained = 0;
        diverged = divergedBefore;
        start = clock.get();
        training.clear();
        last = "";
        machines = "";
        over = false;
        live = new Live(output());
    }

    @Override
    public synchronized void readBack(int cells, int divergedBefore, int total) {
        this.total = total;
        readBack += cells;
        diverged += divergedBefore;
        live.update(output());
    }

    @Override
    public synchronized void finished(int done, int total, String label, String result, Duration spent) {
        this.total = total;
        trained = done - readBack;
        diverged += result.toLowerCase(Locale.ROOT).contains("diverged") ? 1 : 0;
        last = label + ": " + result + " (" + readable(spent) + ")";
        training.remove(label);
        live.update(output());
    }

    @Override
    public synchronized void training(String label, Advance advance) {
        InTraining before = training.get(label);
        training.put(
                label,
                before == null
                        ? new InTraining(clock.get(), advance.share(), advance)
                        : new InTraining(before.since(), before.share(), advance));
        // Printed lines cannot be replaced, and one every half second would bury the results.
        if (Screen.current().isNotebook()) {
            live.update(output());
        }
    }

    @Override
    public synchronized void machines(String text) {
        machines = text;
        if (Screen.current().isNotebook()) {
            live.update(output());
        }
    }

    @Override
    public synchronized void ended() {
        over = true;
        training.clear();
        // A study that fails before it starts has shown nothing; its error must not be hidden by another one here.
        if (live != null) {
            live.update(output());
        }
    }

    private Output output() {
        int done = readBack + trained;
        int percent = total == 0 ? 100 : (int) (100L * done / total);
        String state = done + " / " + total + " cells (" + readBack + " read back, " + trained + " trained, " + diverged
                + " diverged)";
        String bar = "<div style=\"width:" + 10 * BAR + "px;height:8px;background:rgba(128,128,128,.25)\">"
                + "<div style=\"width:" + percent + "%;height:8px;background:#0072B2\"></div></div>";
        String html = "<div><b>" + Markup.escape(title) + "</b> " + state + bar + time() + inTraining()
                + line("", machines) + line("last: ", last) + "</div>";
        int full = percent * BAR / 100;
        String text = title + " [" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + state + ", " + time()
                + (last.isEmpty() ? "" : "; last " + last)
                + (machines.isEmpty() ? "" : "; " + machines);
        return Output.html(html, text);
    }

    private String inTraining() {
        Duration now = clock.get();
        StringBuilder lines = new StringBuilder();
        training.forEach((label, at) -> lines.append("<br><small>")
                .append(Markup.escape(at.line(label, now)))
                .append("</small>"));
        return lines.toString();
    }

    private static String line(String before, String text) {
        return text.isEmpty() ? "" : "<br>" + before + Markup.escape(text);
    }

    private String time() {
        Duration spent = clock.get().minus(start);
        int left = total - readBack - trained;
        if (over) {
            return (left == 0 ? "done" : "stopped with " + left + " cells to go")
                    + (trained == 0 ? "" : " after " + readable(spent));
        }
        double part = training.values().stream()
                .mapToDouble(at -> at.now().share() - at.share())
                .sum();
        double known = trained + part;
        return known < KNOWN
                ? "time left: known when the first cell is well under way"
                : readable(spent) + " spent, about " + readable(scaled(spent, (left - part) / known)) + " left";
    }

    private static Duration scaled(Duration time, double factor) {
        return Duration.ofMillis(Math.round(time.toMillis() * factor));
    }

    /** A time in at most two units. */
    static String readable(Duration time) {
        long seconds = time.plusMillis(500).toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
