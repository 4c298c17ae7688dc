package org.backbonelab.plot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.backbonelab.io.Settings;

/**
 * One headless Chromium with plotly.js loaded, which ends with this JVM however that ends.
 *
 * <p>It is spoken to through two pipes that no other process has. A debugging port would be open to every user of the
 * machine, and who reaches it reads and writes files as the user of this JVM.
 */
final class Browser implements AutoCloseable {
    /**
     * Gives the browser this shell's input and output as its files 3 and 4, where it expects the debugging pipes, and
     * removes its folder when it has ended. It ends when file 3 does, which happens when the JVM closes it, exits or is
     * killed (one that has stopped does not see it, and stays when no {@link #close} came before). Chromium's last writes can race with the first removal. Root has no sandbox: Chromium refuses to start.
     */
    private static final String LEASH = "profile=$1; shift; [ \"$(id -u)\" != 0 ] || set -- \"$@\" --no-sandbox;"
            + " exec 3<&0 4>&1 </dev/null >/dev/null; \"$@\"; exec 3<&- 4>&-;"
            + " rm -rf \"$profile\" || { sleep 1; rm -rf \"$profile\"; }";

    /** A large picture is asked for once more at scale 1, so that notebooks stay small. */
    private static final int LARGE_PNG = 45_000;

    /** Seconds that the browser has to end by itself. */
    private static final int PATIENCE = 5;

    private final Process leash;
    private final DevTools page;

    /** Starts the browser and loads plotly.js. */
    Browser(String command, Duration limit) throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        Path profile = Files.createTempDirectory("backbonelab-chromium");
        leash = new ProcessBuilder(command(command, profile))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        page = new DevTools(command, leash.getInputStream(), leash.getOutputStream());
        try {
            page.open(left(end));
            // Given as a script: a page that is still on its way to a file may be met before or after it gets there.
            String plotly = new String(PlotlyScript.bytes(), StandardCharsets.UTF_8);
            page.evaluate(plotly + "\n;Plotly.version", left(end));
        } catch (IOException | InterruptedException | TimeoutException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Duration left(long end) {
        return Duration.ofNanos(end - System.nanoTime());
    }

    private static List<String> command(String browser, Path profile) {
        List<String> command = new ArrayList<>();
        // A session of its own keeps an interrupt of the notebook's process group away from the browser.
        onPath("setsid").ifPresent(command::add);
        command.addAll(List.of("sh", "-c", LEASH, "backbonelab", profile.toString(), browser));
        command.addAll(List.of("--headless=new", "--disable-gpu", "--no-first-run"));
        command.addAll(List.of("--disable-background-networking", "--disable-component-update", "--disable-sync"));
        command.addAll(List.of("--disable-extensions", "--disable-dev-shm-usage", "--force-color-profile=srgb"));
        command.addAll(List.of("--remote-debugging-pipe", "--user-data-dir=" + profile));
        command.add("about:blank");
        return command;
    }

    /** The figure, given as JSON, as a PNG of 256 colours and twice its size in pixels. */
    byte[] png(String figure, Duration limit) throws IOException, InterruptedException, TimeoutException {
        byte[] png = png(figure, 2, limit);
        return png.length <= LARGE_PNG ? png : png(figure, 1, limit);
    }

    private byte[] png(String figure, int scale, Duration limit)
            throws IOException, InterruptedException, TimeoutException {
        String script = "(async () => { const figure = " + figure + ";"
                + " figure.width = figure.layout.width || 700; figure.height = figure.layout.height || 450;"
                + " return Plotly.toImage(figure, {format: 'png', scale: " + scale
                + ", width: figure.width, height: figure.height, imageDataOnly: true}); })()";
        return Pictures.png(PaletteImage.of(Pictures.read(Base64.getDecoder().decode(evaluate(script, limit)))));
    }

    /** The string that a script in the browser's page comes to. */
    String evaluate(String script, Duration limit) throws IOException, InterruptedException, TimeoutException {
        return page.evaluate(script, limit);
    }

    boolean isAlive() {
        return leash.isAlive();
    }

    /**
     * Tells the browser to end, which then removes its files; one that does not listen any more is killed, and the
     * shell above it removes its folder.
     */
    @Override
    public void close() {
        page.close();
        @SuppressWarnings("unused") // nobody waits for it
        Future<Process> end = leash.onExit()
                .orTimeout(PATIENCE, TimeUnit.SECONDS)
                .exceptionally(tooLate -> {
                    leash.descendants().forEach(ProcessHandle::destroyForcibly);
                    return leash;
                });
    }

    /** The file of a command on the PATH. */
    static Optional<String> onPath(String name) {
        return Settings.path().stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
