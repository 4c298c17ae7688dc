package org.backbonelab.notebook;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.backbonelab.study.Progress;

/**
 * The progress of a study as one output that updates in place.
 *
 * <p>Shows cells done of all (read back, trained; of both together, diverged), a bar, the time spent and left, and the last result. Time
 * left assumes that the cells left go as fast as those trained so far. A result that contains "diverged", in any
 * case, counts as such. Outside a notebook every update is a line of text.
 */
public final class LiveProgress implements Progress {
    private static final int BAR = 30;

    private final String title;
    private final Supplier<Duration> clock;
    private Live live;
    private int total;
    private int readBack;
    private int trained;
    private int diverged;
    private Duration start = Duration.ZERO;
    private String last = "";
    private boolean over;

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
        last = "";
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
        live.update(output());
    }

    @Override
    public synchronized void ended() {
        over = true;
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
        String html = "<div><b>" + Markup.escape(title) + "</b> " + state + bar + time() + line(last) + "</div>";
        int full = percent * BAR / 100;
        String text = title + " [" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + state + ", " + time()
                + (last.isEmpty() ? "" : "; last " + last);
        return Output.html(html, text);
    }

    private static String line(String text) {
        return text.isEmpty() ? "" : "<br>last: " + Markup.escape(text);
    }

    private String time() {
        Duration spent = clock.get().minus(start);
        int left = total - readBack - trained;
        if (over) {
            return (left == 0 ? "done" : "stopped with " + left + " cells to go")
                    + (trained == 0 ? "" : " after " + readable(spent));
        }
        return trained == 0
                ? "time left: known after the first cell"
                : readable(spent) + " spent, about "
                        + readable(spent.dividedBy(trained).multipliedBy(left)) + " left";
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
