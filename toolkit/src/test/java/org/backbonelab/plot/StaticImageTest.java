package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticImageTest {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    /** Draws one figure, says so, and waits to be killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println(StaticImage.png(figure()).isPresent() ? "drawn" : StaticImage.problem());
            Thread.sleep(60_000);
        }
    }

    private static Chart figure() {
        return Plots.box(Samples.pairs(), "backbone", "top1").withTitle("Spread");
    }

    @Test
    void drawsThePngOrSaysThatThereIsNoBrowser() throws IOException {
        Optional<byte[]> png = StaticImage.png(figure());
        if (StaticImage.command().isEmpty()) {
            assertTrue(png.isEmpty());
            assertTrue(StaticImage.problem().contains("no Chromium"), StaticImage.problem());
            return;
        }
        byte[] bytes = png.orElseThrow(() -> new AssertionError(StaticImage.problem()));
        assertArrayEquals(PNG, java.util.Arrays.copyOf(bytes, PNG.length));
        BufferedImage image = Pictures.read(bytes);
        assertEquals(1300, image.getWidth());
        assertEquals(840, image.getHeight());
        assertEquals(0xFFFFFFFF, image.getRGB(3, 3), "white ground");
        long painted = java.util.Arrays.stream(image.getRGB(0, 0, 1300, 840, null, 0, 1300))
                .filter(pixel -> pixel != 0xFFFFFFFF)
                .count();
        assertTrue(painted > 10_000, painted + " painted pixels");
        assertArrayEquals(bytes, StaticImage.png(figure()).orElseThrow(), "the same figure gives the same bytes");
        byte[] other = StaticImage.png(figure().withTitle("Other")).orElseThrow();
        assertNotEquals(java.util.Arrays.hashCode(bytes), java.util.Arrays.hashCode(other));
    }

    @Test
    void canBeSwitchedOff() {
        System.setProperty("BACKBONELAB_PNG", "off");
        try {
            assertTrue(StaticImage.png(figure()).isEmpty());
            assertTrue(StaticImage.problem().contains("BACKBONELAB_PNG=off"));
        } finally {
            System.clearProperty("BACKBONELAB_PNG");
        }
    }

    @Test
    void theBrowserEndsWithAKilledJvm(@TempDir Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(StaticImage.command().isPresent(), "no Chromium on the PATH");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = jvm.inputReader()) {
            assertEquals("drawn", out.readLine());
            assertTrue(browsers(folder) > 0, "the browser runs while its JVM does");
        } finally {
            jvm.destroyForcibly();
        }
        assertTrue(jvm.waitFor(10, TimeUnit.SECONDS));
        for (int i = 0; i < 100 && (browsers(folder) > 0 || !isEmpty(folder)); i++) {
            Thread.sleep(100);
        }
        assertEquals(0, browsers(folder), "browser processes left");
        assertTrue(isEmpty(folder), "the browser's folder is removed");
    }

    private static long browsers(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("user-data-dir=" + folder))
                .count();
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
