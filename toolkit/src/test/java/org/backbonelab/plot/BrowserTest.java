package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BrowserTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void aBrowserThatCannotStartIsAnErrorAtOnce() {
        long start = System.nanoTime();
        IOException error = assertThrows(IOException.class, () -> new Browser("/no/such/browser", LIMIT));
        assertEquals("/no/such/browser ended before it answered", error.getMessage());
        assertTrue(System.nanoTime() - start < 10_000_000_000L, "without waiting for the time-out");
    }

    @Test
    void scriptsHaveATimeLimitAndTheirErrorsAreTold() throws Exception {
        Optional<String> command = StaticImage.command();
        Assumptions.assumeTrue(command.isPresent(), "no Chromium on the PATH");
        try (Browser browser = new Browser(command.get(), LIMIT)) {
            assertThrows(
                    TimeoutException.class, () -> browser.evaluate("new Promise(() => {})", Duration.ofMillis(300)));
            IOException error = assertThrows(IOException.class, () -> browser.evaluate("nothing.here", LIMIT));
            assertTrue(error.getMessage().contains("nothing is not defined"), error.getMessage());
            assertEquals("2.35.3", browser.evaluate("Plotly.version", LIMIT), "and the page goes on");
        }
    }

    /** Whoever reaches a debugging port acts as the user of this JVM: reads files, writes files. */
    @Test
    void noProcessOfTheBrowserListensOnAPort() throws Exception {
        Optional<String> command = StaticImage.command();
        Assumptions.assumeTrue(command.isPresent(), "no Chromium on the PATH");
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no list of sockets on this system");
        try (Browser browser = new Browser(command.get(), LIMIT)) {
            assertEquals("2.35.3", browser.evaluate("Plotly.version", LIMIT));
            Set<String> listening = listeningSockets();
            List<ProcessHandle> processes =
                    ProcessHandle.current().descendants().toList();
            assertTrue(processes.size() > 2, "the browser's processes: " + processes);
            for (ProcessHandle process : processes) {
                for (String file : openFiles(process.pid())) {
                    assertFalse(
                            listening.contains(file),
                            () -> process.info().commandLine().orElse("") + " listens");
                }
            }
        }
    }

    /** The sockets in state LISTEN, as the links in {@code /proc/<pid>/fd} name them. */
    private static Set<String> listeningSockets() throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc/net", table);
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                List<String> columns = List.of(line.trim().split("\\s+", -1));
                if (columns.get(3).equals("0A")) {
                    sockets.add("socket:[" + columns.get(9) + "]");
                }
            }
        }
        return sockets;
    }

    private static List<String> openFiles(long pid) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> links = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
            for (Path link : links.toList()) {
                if (Files.isSymbolicLink(link)) {
                    files.add(Files.readSymbolicLink(link).toString());
                }
            }
        } catch (NoSuchFileException e) {
            // A process or file that is gone listens no more.
        }
        return files;
    }

    /** A browser that does not react any more is ended all the same. */
    @Test
    void closingEndsAStoppedBrowserAndRemovesItsFolder() throws Exception {
        Optional<String> command = StaticImage.command();
        Assumptions.assumeTrue(command.isPresent(), "no Chromium on the PATH");
        // Tests before this one may have left a browser that other tests go on with.
        Set<ProcessHandle> others = ProcessHandle.current().descendants().collect(Collectors.toSet());
        Browser browser = new Browser(command.get(), LIMIT);
        List<ProcessHandle> processes = ProcessHandle.current()
                .descendants()
                .filter(p -> !others.contains(p))
                .toList();
        for (ProcessHandle process : processes) {
            boolean isBrowser = process.info().command().orElse("").contains("chrom");
            if (isBrowser) {
                new ProcessBuilder("kill", "-STOP", String.valueOf(process.pid()))
                        .start()
                        .waitFor();
            }
        }
        assertThrows(TimeoutException.class, () -> browser.evaluate("1", Duration.ofMillis(300)));
        browser.close();
        for (ProcessHandle process : processes) {
            process.onExit().get(20, TimeUnit.SECONDS);
        }
        assertFalse(browser.isAlive());
    }
}
