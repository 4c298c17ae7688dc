package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerClassPathTest {
    private static final String OWN = System.getProperty("java.class.path");

    @TempDir
    Path folder;

    @Test
    void aToolkitOnTheJvmsClassPathNeedsNothingElse() {
        assertEquals(OWN, WorkerClassPath.of(Worker.class));
    }

    /** As a kernel does whose user adds jars: the toolkit and its libraries come from a loader of the cells. */
    @Test
    void jarsOfTheCellsLoaderFollowTheJvms() throws IOException, ReflectiveOperationException {
        Path spaced = Files.createDirectories(folder.resolve("my jars"));
        Path copy = spaced.resolve("org/backbonelab/study/WorkerClassPath.class");
        Files.createDirectories(copy.getParent());
        try (var in = WorkerClassPath.class.getResourceAsStream("WorkerClassPath.class")) {
            Files.copy(in, copy);
        }
        Path library = Files.createFile(folder.resolve("library.jar"));
        URL away = new URL("http://localhost/away.jar");
        Path raw = folder.resolve("raw jars");
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        URL[] urls = {spaced.toUri().toURL(), library.toUri().toURL(), away, new URL("file:" + raw)};
        try (URLClassLoader cells = new URLClassLoader(urls, platform);
                URLClassLoader inner = new URLClassLoader(new URL[0], cells)) {
            Class<?> type = inner.loadClass(WorkerClassPath.class.getName());
            assertNotEquals(WorkerClassPath.class, type);
            assertEquals(
                    String.join(
                            File.pathSeparator, List.of(OWN, spaced.toString(), library.toString(), raw.toString())),
                    WorkerClassPath.of(type));
        }
    }
}
