package org.backbonelab.plot;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.backbonelab.io.Settings;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;

/**
 * The static PNG of a figure, for readers without JavaScript.
 *
 * <p>Plotly itself draws it, in a headless Chromium that is started at the first figure and ends with the JVM. The
 * browser is the environment variable {@code BACKBONELAB_CHROMIUM}, else the first of chromium, chromium-browser,
 * google-chrome on the PATH. The same figure gives the same bytes on the same machine. {@code BACKBONELAB_PNG=off}
 * (environment variable, or system property of that name) switches it off. Nothing here throws for a missing or
 * broken browser: the picture is empty and {@link #problem} says why.
 */
public final class StaticImage {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int FAILURES_TO_GIVE_UP = 2;

    private static Browser browser;
    private static int failures;
    private static String problem = "";

    private StaticImage() {}

    /** The figure as PNG at twice its size in CSS pixels (at its size where that would be large), or empty. */
    public static Optional<byte[]> png(Figure figure) {
        return png(FigureJson.of(figure));
    }

    /** The picture of a figure converted before. */
    public static synchronized Optional<byte[]> png(FigureJson figure) {
        if (Settings.BACKBONELAB_PNG.orStandard().equalsIgnoreCase("off")) {
            return without("switched off by BACKBONELAB_PNG=off");
        }
        if (failures >= FAILURES_TO_GIVE_UP) {
            return Optional.empty();
        }
        Optional<String> command = command();
        if (command.isEmpty()) {
            return without("no Chromium found on the PATH; install it or set BACKBONELAB_CHROMIUM");
        }
        try {
            if (browser == null || !browser.isAlive()) {
                browser = new Browser(command.get(), LIMIT);
            }
            byte[] png = browser.png(figure.text(), LIMIT);
            failures = 0;
            problem = "";
            return Optional.of(png);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return stopped("interrupted");
        } catch (IOException | TimeoutException | IllegalStateException e) {
            failures++;
            return stopped(e.getMessage());
        }
    }

    /** Starts the browser in the background, so that the first figure need not wait for it. */
    public static void warmUp() {
        Thread thread = new Thread(() -> png(new Figure(Layout.builder().build())), "backbonelab-chromium");
        thread.setDaemon(true);
        thread.start();
    }

    /** Why the last call of {@link #png} gave nothing; empty after a success. */
    public static synchronized String problem() {
        return problem;
    }

    private static Optional<byte[]> stopped(String why) {
        if (browser != null) {
            browser.close();
            browser = null;
        }
        return without(why);
    }

    private static Optional<byte[]> without(String why) {
        problem = why;
        return Optional.empty();
    }

    static Optional<String> command() {
        return Settings.BACKBONELAB_CHROMIUM.get().or(() -> Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Browser.onPath(name).stream())
                .findFirst());
    }
}
